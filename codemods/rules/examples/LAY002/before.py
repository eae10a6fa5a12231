from tensorflow import keras
layer = keras.layers.LeakyReLU(alpha=0.2)
