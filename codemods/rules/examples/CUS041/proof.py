from tensorflow import keras
x, y = keras.Input((2,)), keras.Input((2,))
names = {x.ref(): 'x', y.ref(): 'y'}
result = [names[x.ref()], names[y.ref()]]
