from tensorflow import keras
result = keras.layers.CuDNNLSTM(8, return_sequences=True).units
