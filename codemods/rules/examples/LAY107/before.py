from tensorflow import keras
layer = keras.layers.LSTM(4)
layer.reset_states(states=[h, c])
