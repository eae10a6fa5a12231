import keras


class Scale(keras.layers.Layer):
    def call(self, inputs, mask=None):
        if isinstance(mask, (list, tuple)) and all(item is None for item in mask):
            mask = None
        x, a = inputs
        if mask is not None:
            x = x * mask[0]
        return x + a
