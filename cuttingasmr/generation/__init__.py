"""From a prompt to a stored video: checks, the durable workflow and its steps, and what a visitor has made."""
