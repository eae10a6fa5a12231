from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')
result = model.predict_proba(x, verbose=0)
