import keras


class Scale(keras.layers.Layer):
    def compute_output_shape(self, shape):
        return tuple([shape[0], 4])
