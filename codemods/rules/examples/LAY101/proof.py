from tensorflow import keras
model = keras.Sequential()
model.add(keras.layers.Dense(4, batch_input_shape=(2, 3)))
other = keras.Sequential([keras.layers.Dense(4, batch_input_shape=(2, 3)), keras.layers.ReLU()])
result = [list(model.output_shape), list(other.output_shape), model.count_params()]
