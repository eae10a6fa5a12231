import keras
model = keras.Sequential()
model.add(keras.Input(batch_shape=(2, 3)))
model.add(keras.layers.Dense(4))
