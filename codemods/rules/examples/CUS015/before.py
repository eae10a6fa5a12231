from tensorflow import keras
layer = keras.layers.Dense(1)
layer._name = 'new'
