from tensorflow import keras

mean = keras.metrics.Mean()
again = keras.metrics.Mean.from_config(mean.get_config())
result = [mean.stateful, again.stateful]
