from tensorflow import keras
from tensorflow.keras.models import Sequential

x = keras.Input((3,))
inner = keras.Model(x, keras.layers.Dense(2)(x))
model = Sequential()
model.add(inner)
result = [model.output_shape, model.input_shape]
model.add(keras.layers.Dense(5))
