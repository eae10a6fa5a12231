from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])
p = model.predict_proba(x)
