from tensorflow import keras
keras.utils.set_random_seed(1)


class Own(keras.layers.LSTM):
    def call(self, inputs, mask=None, training=None, initial_state=None):
        return super().call(inputs, mask, training)


layer = Own(2, kernel_initializer='ones', recurrent_initializer='ones')
x = np.arange(12, dtype='float32').reshape(2, 3, 2) / 12
mask = np.array([[True, True, False], [True, False, False]])
result = np.array(layer(x, mask=mask))
