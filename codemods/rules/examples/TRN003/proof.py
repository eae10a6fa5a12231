from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
model.compile('sgd', 'mse')
def batches():
    while True:
        yield x, y
history = model.fit_generator(batches(), 2, 2, 0, workers=1)
result = [history.history['loss'], model.evaluate_generator(batches(), steps=2),
          model.predict_generator(batches(), 1)]
