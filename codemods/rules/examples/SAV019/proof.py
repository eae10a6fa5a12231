from tensorflow import keras


def twice(x):
    return 2 * x


keras.utils.get_custom_objects()['twice'] = twice
layer = keras.layers.Dense(2, activation='twice', kernel_initializer='ones')
result = np.array(layer(np.ones((1, 3), 'float32')))
