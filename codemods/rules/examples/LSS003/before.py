from tensorflow import keras
config = keras.losses.serialize(keras.losses.Huber(), use_legacy_format=False)
