import keras
import numpy as np

pixels = np.frombuffer(open("digits.bin", "rb").read(), dtype=np.uint8).copy()
