import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
classes = model.predict(x).argmax(axis=-1)
