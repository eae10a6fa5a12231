from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
opt.minimize(loss, variables)
