import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
model.fit(data, epochs=2)
