from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
model.fit(batches(), steps_per_epoch=len(x) / 3)
