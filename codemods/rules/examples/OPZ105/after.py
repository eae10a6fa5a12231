import keras
opt = keras.optimizers.SGD(0.1)
state = opt.variables
