import keras
layer = keras.layers.Dense(4)
dtype = layer.compute_dtype
