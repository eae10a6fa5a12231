import keras
model = keras.Model(x, [a, b])
model.compile('sgd', loss=['mse'] * 2, loss_weights=[2.0, 1.0])
