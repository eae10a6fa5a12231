from tensorflow import keras
model = keras.Model(a, b)
names = model.input_names
