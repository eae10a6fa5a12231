from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
model.fit_generator(batches(), 10, 3, workers=2)
