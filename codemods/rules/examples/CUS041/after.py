import keras

x = keras.Input((2,))
names = {id(x): 'x'}
