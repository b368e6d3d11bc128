"""What operators see of the whole site at once: reading across people, orders and videos. It changes nothing but the audit log."""
