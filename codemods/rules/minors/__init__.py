"""Code of Keras 3 whose meaning depends on the minor that it runs with."""
