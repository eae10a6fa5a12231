import os

os.environ["TF_KERAS"] = "1"

import numpy as np
from tensorflow import keras

from keras_self_attention import SeqSelfAttention

model = keras.models.Sequential()
model.add(keras.layers.Embedding(9, 4, input_length=6))
model.add(SeqSelfAttention(attention_activation="sigmoid"))  # found
print(model.predict(np.ones((1, 6))).shape)
