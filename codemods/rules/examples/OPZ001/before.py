from tensorflow import keras
opt = keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7, False, True)
