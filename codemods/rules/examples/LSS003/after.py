import keras
config = keras.losses.serialize(keras.losses.Huber())
