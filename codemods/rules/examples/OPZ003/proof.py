from tensorflow import keras
opt = keras.optimizers.Adam(1e-3, jit_compile=False)
result = float(np.array(opt.learning_rate))
