from tensorflow import keras

inputs = keras.Input((None, 28, 28, 1))
features = keras.layers.TimeDistributed(keras.layers.Conv2D(8, 3))(inputs)
