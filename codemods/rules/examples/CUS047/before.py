from tensorflow import keras

metric = keras.metrics.Mean()
if metric.stateful:
    metric.update_state(1.0)
