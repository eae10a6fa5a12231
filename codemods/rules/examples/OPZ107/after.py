import keras
opt = keras.optimizers.SGD(0.1)
opt.apply_gradients(pairs)
