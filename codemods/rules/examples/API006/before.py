from tensorflow import keras


class Quantized(keras.layers.LocallyConnected1D):
    pass


class Other(keras.layers.Dense):
    pass
