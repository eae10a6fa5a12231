from tensorflow import keras
x = keras.Input((8,), 4, 'features')
