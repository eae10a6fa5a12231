from tensorflow import keras
layer = keras.layers.CuDNNLSTM(8, return_sequences=True)
