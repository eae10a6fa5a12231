import keras

smaller = keras.layers.MultiHeadAttention(2, 8, sliding_window=16)
