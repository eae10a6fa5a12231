from tensorflow import keras


class Own(keras.layers.LSTM):
    def __init__(self, units, return_sequences=False, name=None):
        super().__init__(units, return_sequences=return_sequences, name=name)
