import keras
layer = keras.layers.BatchNormalization(axis=1, synchronized=True)
