from tensorflow import keras
opt = keras.optimizers.Adam(lr=0.1)
