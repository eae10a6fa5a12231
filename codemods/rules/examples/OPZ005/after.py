import keras
opt = keras.optimizers.Lion(learning_rate=0.0001)
