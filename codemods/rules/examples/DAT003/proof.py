from tensorflow import keras
x = keras.Input((2,))
y = keras.layers.Dense(1)(x)
result = len(keras.utils.get_source_inputs(y, layer=None))
