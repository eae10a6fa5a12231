import keras
import numpy as np

labels = np.array([0.0, np.Inf]).astype(np.float)
total = np.product(labels)
