"""Move Keras 1 and 2 models to Keras 3, and prove that the numbers stayed the same.

Importing this package is cheap: neither TensorFlow nor Keras is imported in this process.
"""
