from tensorflow import keras
result = keras.layers.Dense(4, name='head/out').units
