"""Warm subprocesses that hold TensorFlow: the legacy, the modern and the stock world.

The modules directly in this package are the parent's side and import neither TensorFlow nor Keras.
"""
