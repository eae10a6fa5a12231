import keras


class Own(keras.layers.LSTM):
    def call(self, sequences, mask=None, training=None):
        return super().call(sequences, mask=mask, training=training)
