from tensorflow import keras
model = keras.Model(x, [a, b])
model.compile('sgd', loss=['mse', 'mse'], loss_weights=[2.0, 1.0])
