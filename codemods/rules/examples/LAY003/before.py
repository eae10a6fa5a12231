from tensorflow import keras
layer = keras.layers.Embedding(10, 4, input_length=6)
