from tensorflow import keras
x = keras.Input(10)
