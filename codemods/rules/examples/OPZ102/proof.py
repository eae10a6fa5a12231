from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
result = float(np.array(opt.lr))
