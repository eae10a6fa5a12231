from tensorflow import keras


class Own(keras.metrics.Metric):
    def reset_states(self):
        self.seen = 0
