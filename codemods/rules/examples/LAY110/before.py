from tensorflow import keras
layer = keras.layers.Dense(4)
x = layer.get_input_at(0)
