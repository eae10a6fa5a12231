"""From a TensorFlow graph to layers: matrix products become ``Dense``, the rest becomes calls of ``keras.ops``."""
