import keras
layer = keras.layers.AveragePooling2D(pool_size=(2, 2))
