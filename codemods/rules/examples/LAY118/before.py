from tensorflow import keras
layer = keras.layers.Dense(4)
dtype = layer._compute_dtype
