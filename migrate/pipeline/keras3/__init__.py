"""Keras 3 archives: compared in other releases, and rewritten for the named ones."""
