import keras


class GoneLocallyConnected1D(keras.layers.Layer):
    """Stands for keras.layers.LocallyConnected1D, which Keras 3 lacks: a class can derive from it, but none can be made."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("Keras 3 has no keras.layers.LocallyConnected1D: write it, or leave out what derives from it")


class Quantized(GoneLocallyConnected1D):
    pass


class Other(keras.layers.Dense):
    pass
