from tensorflow import keras
import numpy as np

layer = keras.layers.Dense(np.prod((2, 3)))
