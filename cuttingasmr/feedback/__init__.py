"""What people tell us, and what operators do about it."""
