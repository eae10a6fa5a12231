import keras

layer = keras.layers.BatchNormalization(synchronized=True)
