import keras

engine = keras.engine
layers = keras.layers
