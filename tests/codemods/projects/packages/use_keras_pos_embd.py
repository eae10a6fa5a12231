import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_pos_embd import PositionEmbedding

model = keras.models.Sequential()
model.add(keras.layers.Embedding(9, 4, input_length=6))
model.add(PositionEmbedding(input_dim=6, output_dim=4, mode=PositionEmbedding.MODE_ADD))  # found
print(model.predict(np.ones((1, 6))).shape)
