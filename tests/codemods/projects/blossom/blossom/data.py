"""Batches."""

import numpy as np
from tensorflow.keras.utils import Sequence, to_categorical


class Flowers(Sequence):
    """Rows of measurements with the class that belongs to them."""

    def __init__(self, rows=96, features=8, classes=3, batch=16):
        rng = np.random.RandomState(0)
        self.batch = batch
        labels = rng.randint(0, classes, rows)
        centres = rng.normal(size=(classes, features))
        self.x = (centres[labels] + 0.1 * rng.normal(size=(rows, features))).astype("float32")
        self.y = to_categorical(labels, num_classes=classes)

    def __len__(self):
        return len(self.x) // self.batch

    def __getitem__(self, index):
        part = slice(index * self.batch, (index + 1) * self.batch)
        return self.x[part], self.y[part]
