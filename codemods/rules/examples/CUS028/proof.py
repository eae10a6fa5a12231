from tensorflow import keras


class Scale(keras.layers.Layer):
    def call(self, inputs, mask=None):
        x, a = inputs
        if mask is not None:
            x = x * mask[0]
        return x + a
a, b = keras.Input((2,)), keras.Input((2,))
model = keras.Model([a, b], Scale()([a, b]))
x = np.ones((1, 2), 'float32')
result = model.predict([x, x], verbose=0)
