from tensorflow import keras
import numpy as np
x = np.array([1, 2, 3], dtype=float)
result = [keras.backend.epsilon(), np.prod(x), np.all(x > 0), np.round(x / 3, 2), (x > 1).astype(int), np.isnan(np.nan), str(x.dtype)]
