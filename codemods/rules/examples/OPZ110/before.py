from tensorflow import keras


class Own(keras.optimizers.Optimizer):
    def build(self, variables):
        self.s = self.add_variable((2,), 'float32', 'zeros')
