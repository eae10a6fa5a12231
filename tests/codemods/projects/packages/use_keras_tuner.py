import keras_tuner as kt
import numpy as np
from tensorflow import keras


def build(hp):
    model = keras.Sequential([keras.layers.Dense(hp.Int("units", 1, 4)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(lr=1e-3), "mse")
    return model


tuner = kt.RandomSearch(build, objective="loss", max_trials=1, overwrite=True, directory="trials")
tuner.search(np.ones((4, 3)), np.ones((4, 1)), epochs=1, verbose=0)
print(tuner.get_best_models()[0].predict(np.ones((1, 3)), verbose=0).shape)
