"""Accepted edits carried out on a syntax tree, imports included."""
