import keras
x = keras.Input((8,), 4, name='features')
