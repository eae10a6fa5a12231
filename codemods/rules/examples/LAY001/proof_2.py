from tensorflow import keras
layer = keras.layers.ConvLSTM1D(
    1, 2, 1, 'valid', 'channels_last', 1, 'tanh', 'sigmoid', True, 'ones', 'ones', 'zeros', True, None,
    None, None, None, None, None, None, True,
)
result = np.array(layer(np.ones((1, 3, 4, 1), 'float32')))
