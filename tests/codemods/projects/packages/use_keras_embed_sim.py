import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_embed_sim import EmbeddingRet, EmbeddingSim

inputs = keras.layers.Input((6,))
embed, weights = EmbeddingRet(input_dim=9, output_dim=4)(inputs)  # found
model = keras.models.Model(inputs, EmbeddingSim()([embed, weights]))  # found
print(model.predict(np.ones((1, 6))).shape)
