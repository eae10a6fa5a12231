from tensorflow import keras
model = keras.Model(x, [a, b])
model.compile('sgd', loss=['mse', 'mse'], metrics=['mae'])
