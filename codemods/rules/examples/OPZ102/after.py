import keras
opt = keras.optimizers.SGD(0.1)
rate = opt.learning_rate
