from tensorflow import keras


@keras.utils.register_keras_serializable('own')
def twice(x):
    return 2 * x


layer = keras.layers.Dense(2, activation='own>twice', kernel_initializer='ones')
result = np.array(layer(np.ones((1, 3), 'float32')))
