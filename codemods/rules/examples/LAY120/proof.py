from tensorflow import keras
layer = keras.layers.Dense(3, name='d')
y = layer(keras.Input((2,)))
nodes = layer._inbound_nodes
node = nodes[0]
result = [[n.layer.name for n in nodes], node.outbound_layer.name, list(node.output_shapes)]
