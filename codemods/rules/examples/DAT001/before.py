from tensorflow import keras
model = keras.applications.ConvNeXtTiny('tiny', False, True, None)
