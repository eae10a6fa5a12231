from keras.optimizers import SGD
optimizer = SGD(0.1, 0.9, nesterov=True)
