"""Environments with one release of Keras 3 each, and what they make of an archive."""
