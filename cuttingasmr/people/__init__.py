"""What a person may take with them, and how they leave. Above payments, generation and auth, since it is about all three."""
