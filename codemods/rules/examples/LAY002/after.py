import keras
layer = keras.layers.LeakyReLU(negative_slope=0.2)
