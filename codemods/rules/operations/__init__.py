"""keras.backend and TensorFlow functions in Keras code."""
