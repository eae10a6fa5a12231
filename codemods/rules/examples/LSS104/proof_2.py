from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(2, kernel_initializer='ones')])
model.compile('sgd', 'kullback_leibler_divergence')
x = np.arange(4.0).reshape(2, 2) / 4
result = model.evaluate(x, x + 0.1, verbose=0)
