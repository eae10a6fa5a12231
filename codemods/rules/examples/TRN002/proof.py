from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
model.compile('sgd', 'mse')
result = model.fit(x, y, epochs=2, verbose=0, workers=2, max_queue_size=5).history['loss']
