from tensorflow import keras
result = [list(keras.Input(10).shape), list(keras.Input(shape=3).shape)]
