from tensorflow import keras
layer = keras.layers.Dense(3, name='d')
y = layer(keras.Input((2,)))
names = [node.layer.name for node in layer._inbound_nodes]
