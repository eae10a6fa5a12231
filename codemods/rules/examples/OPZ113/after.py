import keras
opt = keras.optimizers.Adam(0.1)
