import keras
layer = keras.layers.LSTM(8, return_sequences=True)
