import keras
import numpy as np

layer = keras.layers.Dense(int(np.prod((2, 3))))
