from tensorflow import keras
opt = keras.optimizers.legacy.Adam(0.1)
