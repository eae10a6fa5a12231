import keras
hits = keras.ops.mean(keras.metrics.binary_accuracy(y, p), axis=-1)
