import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_position_wise_feed_forward import FeedForward

inputs = keras.layers.Input((6, 4))
model = keras.models.Model(inputs, FeedForward(units=8, activation="relu")(inputs))  # found
print(model.predict(np.ones((1, 6, 4))).shape)
