from tensorflow import keras
x = keras.Input((2,))
model = keras.Model(x, x)
model.add_loss(x)
