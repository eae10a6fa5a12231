from tensorflow import keras

init = keras.initializers.RandomNormal(stddev=0.02)
first = keras.layers.Dense(4, kernel_initializer=init)
second = keras.layers.Dense(4, kernel_initializer=init)
