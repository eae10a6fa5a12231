"""Rewrite Keras 1 and 2 source code to Keras 3."""
