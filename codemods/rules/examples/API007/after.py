import keras

engine = None
layers = keras.layers
