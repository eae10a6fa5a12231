from tensorflow import keras
a = keras.Input((2,), name='left')
b = keras.Input((2,), name='right')
model = keras.Model([a, b], keras.layers.add([a, b]))
result = model.input_names
