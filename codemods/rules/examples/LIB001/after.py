import keras
import numpy as np

labels = np.array([0.0, np.inf]).astype(float)
total = np.prod(labels)
