from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
result = len(opt.variables()) > 0
