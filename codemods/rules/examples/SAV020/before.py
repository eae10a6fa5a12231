from tensorflow import keras


class Keep(keras.callbacks.ModelCheckpoint):
    def __init__(self, filepath, **kwargs):
        super().__init__(filepath, **kwargs)
