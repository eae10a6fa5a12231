from tensorflow import keras
opt = keras.optimizers.Lion()
