"""Files, in and out: where they are kept, and what is in them."""
