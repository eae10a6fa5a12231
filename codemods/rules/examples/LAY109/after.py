import keras
layer = keras.layers.Dense(4)
print(layer.output.shape)
