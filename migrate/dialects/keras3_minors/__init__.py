"""Keras 3 as a dialect of its own: its minors read and write each other's archives only in part."""
