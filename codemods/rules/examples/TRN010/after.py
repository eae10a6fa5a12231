import keras
mean = keras.metrics.Mean()
mean.reset_state()
