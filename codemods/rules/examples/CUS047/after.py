import keras

metric = keras.metrics.Mean()
if True:
    metric.update_state(1.0)
