import numpy as np
from tensorflow import keras
users = np.array([0, 2, 1])
count = users.max() + 1
layer = keras.layers.Embedding(count, np.max(users), embeddings_initializer='ones')
result = layer(users)
