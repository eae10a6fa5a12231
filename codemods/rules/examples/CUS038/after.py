import keras


class Cell(keras.layers.Layer):
    state_size = 3
