from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
model.compile('sgd', 'mse', loss_weights=[0.5])
result = model.evaluate(x, y, verbose=0)
