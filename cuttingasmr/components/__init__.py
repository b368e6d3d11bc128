"""The parts that pages are made of, and the looks they share."""
