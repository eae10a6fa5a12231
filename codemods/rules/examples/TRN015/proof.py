from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
model.compile('sgd', 'mse')
hook = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
history = model.fit(x, y, epochs=2, verbose=0, callbacks=[hook])
result = [float(value) for value in history.history['lr']]
