import keras
layer = keras.layers.ReLU(threshold=0.5)
