"""What the rules say about one state of a file, and what its result names that does not exist."""
