from tensorflow import keras
layer = keras.layers.LocallyConnected1D(4, 3)
