import keras
model = keras.applications.ConvNeXtTiny(name='tiny', include_top=False, include_preprocessing=True, weights=None)
