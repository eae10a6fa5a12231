import keras
z = keras.layers.concatenate([x, y], axis=1)
