"""What the operators see: logs. It knows nothing of what it tells about."""
