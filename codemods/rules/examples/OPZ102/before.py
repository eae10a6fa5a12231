from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
rate = opt.lr
