import keras
import numpy as np

pixels = np.fromstring(open("digits.bin", "rb").read(), np.uint8)
