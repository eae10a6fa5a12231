from tensorflow import keras
norm = keras.layers.Normalization()
norm.adapt(data, batch_size=32)
