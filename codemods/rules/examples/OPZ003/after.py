import keras
opt = keras.optimizers.Adam(1e-3)
