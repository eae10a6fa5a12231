import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_layer_normalization import LayerNormalization

inputs = keras.layers.Input((6, 4))
model = keras.models.Model(inputs, LayerNormalization()(inputs))  # found
print(model.predict(np.ones((1, 6, 4))).shape)
