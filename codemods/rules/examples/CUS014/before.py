from tensorflow import keras


class Own(keras.optimizers.Optimizer):
    def get_updates(self, loss, params):
        return []
