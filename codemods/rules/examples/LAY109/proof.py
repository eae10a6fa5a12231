from tensorflow import keras
x = keras.Input((3,))
layer = keras.layers.Dense(4)
y = layer(x)
result = [list(layer.input_shape), list(layer.output_shape)]
