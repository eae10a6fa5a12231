from tensorflow import keras
hits = keras.metrics.binary_accuracy(y, p)
