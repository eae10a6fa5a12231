import kerastuner as kt
from tensorflow import keras


def build(hp):
    units = hp.Int("units", 1, 4)
    model = keras.Sequential([keras.layers.Dense(units, input_shape=(3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


print(kt.RandomSearch(build, objective="loss", max_trials=1, overwrite=True, directory="trials"))  # found
