from tensorflow import keras


class Own(keras.layers.Layer):
    def _add_variable_with_custom_getter(self, name, **kwargs):
        return super()._add_variable_with_custom_getter(name, **kwargs)
