from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])
model.compile('sgd', 'mse')
x = np.ones((4, 1), 'float32')
result = len(model.fit(x, x, nb_epoch=3, verbose=0).history['loss'])
