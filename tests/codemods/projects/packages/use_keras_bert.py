import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_bert import get_model

bert = get_model(token_num=9, head_num=2, transformer_num=1, embed_dim=4, feed_forward_dim=8, seq_len=6, training=False)  # found
inputs, output = bert
model = keras.models.Model(inputs, keras.layers.Dense(2)(output))
print(model.predict([np.ones((1, 6)), np.zeros((1, 6))]).shape)
