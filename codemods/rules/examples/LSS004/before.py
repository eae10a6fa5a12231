from tensorflow import keras
metric = keras.metrics.SparseCategoricalCrossentropy(ignore_class=0)
