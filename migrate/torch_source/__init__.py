"""A model of Keras 3 as the source of a PyTorch module; imports neither framework.

`graph` has the records that the modern world describes a live model with, `layers` says of each class what it is in
PyTorch, `module` writes the source.
"""
