from tensorflow import keras
model = keras.Model({'a': {'b': x}}, y)
