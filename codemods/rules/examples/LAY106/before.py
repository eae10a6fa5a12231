from tensorflow import keras
z = keras.layers.dot([x, y], axes=1, normalize=True)
