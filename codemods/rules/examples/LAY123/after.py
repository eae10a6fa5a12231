import keras

net = keras.Sequential([keras.layers.Dense(2, input_shape=(3,)), keras.layers.ReLU()])
inner = keras.Model(net.inputs[0], [net.layers[0].output, net.outputs[0]])
