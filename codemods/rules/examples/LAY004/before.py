from tensorflow import keras
layer = keras.layers.RNN(cell, time_major=True)
