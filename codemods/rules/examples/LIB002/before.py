import keras
import numpy as np

number = np.asscalar(keras.backend.epsilon())
