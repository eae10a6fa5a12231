from tensorflow import keras
layer = keras.layers.LSTM(4, recurrent_activation='hard_sigmoid')
