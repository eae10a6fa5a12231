import keras
layer = keras.layers.Embedding(10, 4)
