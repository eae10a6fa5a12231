import keras


class Own(keras.metrics.Metric):
    def reset_state(self):
        self.seen = 0
