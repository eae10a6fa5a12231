from tensorflow import keras


class Own(keras.metrics.Metric):
    def __init__(self):
        super().__init__(name='own')
        self.seen = 5
    def update_state(self, *a, **k):
        pass
    def result(self):
        return self.seen
    def reset_states(self):
        self.seen = 0
metric = Own()
metric.reset_state()
result = metric.seen
