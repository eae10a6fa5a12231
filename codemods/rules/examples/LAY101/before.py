from tensorflow import keras
model = keras.Sequential()
model.add(keras.layers.Dense(4, batch_input_shape=(2, 3)))
