from tensorflow import keras

local = keras.layers.LocallyConnected1D
layers = keras.layers
result = layers.Dense(3).units
