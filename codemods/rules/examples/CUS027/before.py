from tensorflow import keras


class Batches(keras.utils.Sequence):
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n
