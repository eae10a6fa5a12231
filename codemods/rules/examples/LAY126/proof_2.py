from tensorflow import keras
from tensorflow.keras.models import Sequential


def shapes(layer):
    model = Sequential()
    model.add(layer)
    return [model.input_shape, model.output_shape]


x = keras.Input((3,))
result = [
    shapes(keras.Model(x, keras.layers.Dense(2)(x))),
    shapes(keras.layers.Dense(4, input_shape=(3,))),
    shapes(Sequential([keras.layers.Dense(4, input_shape=(3,))])),
]
