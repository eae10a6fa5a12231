from tensorflow import keras

x = keras.Input((2,))
names = {x.ref(): 'x'}
