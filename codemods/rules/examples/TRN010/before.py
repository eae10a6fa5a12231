from tensorflow import keras
mean = keras.metrics.Mean()
mean.reset_states()
