import keras


class Scale(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.w = keras.Variable([1.0, 2.0])
