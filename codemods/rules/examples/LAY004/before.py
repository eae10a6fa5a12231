from tensorflow import keras
layer = keras.layers.LSTM(4, time_major=True)
