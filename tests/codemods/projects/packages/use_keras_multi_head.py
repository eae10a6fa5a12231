import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_multi_head import MultiHeadAttention

inputs = keras.layers.Input((6, 4))
model = keras.models.Model(inputs, MultiHeadAttention(head_num=2)(inputs))  # found
print(model.predict(np.ones((1, 6, 4))).shape)
