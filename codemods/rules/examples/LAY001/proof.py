from tensorflow import keras
x = keras.Input((8,), 4, 'features')
result = [x.name.split(':')[0], list(x.shape)]
