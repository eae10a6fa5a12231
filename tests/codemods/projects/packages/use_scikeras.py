import numpy as np
from scikeras.wrappers import KerasRegressor
from tensorflow import keras


def build():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile(keras.optimizers.SGD(lr=0.1), "mse")
    return model


print(KerasRegressor(build, verbose=0).fit(np.ones((4, 3)), np.ones(4)).predict(np.ones((2, 3))).shape)
