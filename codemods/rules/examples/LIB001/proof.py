from tensorflow import keras
import numpy as np
x = np.array([1, 2, 3], dtype=np.float)
result = [keras.backend.epsilon(), np.product(x), np.alltrue(x > 0), np.round_(x / 3, 2), (x > 1).astype(np.int), np.isnan(np.NaN), str(x.dtype)]
