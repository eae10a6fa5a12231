from tensorflow import keras
import numpy as np
x = np.fromstring(b"\x01\x02\x03\x04", dtype=np.uint8, count=3)
x[0] = 7
result = [keras.backend.epsilon(), x, str(x.dtype), len(np.fromstring(b"12345678"))]
