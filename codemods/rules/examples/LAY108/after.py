import keras
layer = keras.layers.Dense(4, name='head_out')
