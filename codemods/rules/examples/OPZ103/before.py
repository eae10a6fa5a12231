from tensorflow import keras
opt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)
