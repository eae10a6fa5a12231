import keras
z = keras.layers.Dot(axes=1, normalize=True)([x, y])
