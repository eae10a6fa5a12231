import keras
norm = keras.layers.Normalization()
norm.adapt(data)
