from tensorflow import keras

x = keras.Input((3,))
net = keras.Model([x], [keras.layers.Dense(2)(x)])
result = [list(net.input.shape), list(net.output.shape)]
