from tensorflow import keras

layer = keras.layers.GRU(2, time_major=True)
