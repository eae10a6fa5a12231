import keras
model = keras.Model(a, b)
names = [tensor.name for tensor in model.inputs]
