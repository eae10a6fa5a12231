from tensorflow import keras
layer = keras.layers.AveragePooling2D()
