import keras


class Own(keras.optimizers.Optimizer):
    def build(self, variables):
        self.s = self.add_variable((2,), dtype='float32', initializer='zeros')
