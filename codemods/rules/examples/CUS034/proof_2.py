from tensorflow import keras


class First(keras.layers.Layer):
    def call(self, x):
        a, b = x
        y = a + b
        return y

    def compute_output_shape(self, input_shape):
        return input_shape


a, b = keras.Input((5,)), keras.Input((5,))
result = list(np.shape(keras.Model([a, b], First()([a, b])).predict([np.ones((2, 5))] * 2, verbose=0)))
