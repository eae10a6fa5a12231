from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
history = model.fit(x, y)
rates = history.history['lr']
