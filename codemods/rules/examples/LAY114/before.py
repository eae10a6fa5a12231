from tensorflow import keras
layer = keras.layers.Add()
y = layer([x, None])
