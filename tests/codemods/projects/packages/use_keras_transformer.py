import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_transformer import get_model

model = get_model(token_num=9, embed_dim=4, encoder_num=1, decoder_num=1, head_num=2, hidden_dim=8)  # found
model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy")
print(model.predict([np.ones((1, 6)), np.ones((1, 6))]).shape)
