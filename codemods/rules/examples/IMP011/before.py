import keras

keras.layers.Dense(4, rank=2)
