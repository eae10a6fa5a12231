"""Keras 1.0 to 1.2 become Keras 2.0: classes, arguments and weight layouts."""
