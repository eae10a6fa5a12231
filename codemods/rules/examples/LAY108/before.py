from tensorflow import keras
layer = keras.layers.Dense(4, name='head/out')
