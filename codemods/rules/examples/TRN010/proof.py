from tensorflow import keras
mean = keras.metrics.Mean()
mean.update_state([3.0])
mean.reset_states()
mean.update_state([1.0])
result = float(mean.result())
