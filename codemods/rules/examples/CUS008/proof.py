from tensorflow import keras


class Own(keras.metrics.Metric):
    def __init__(self):
        super().__init__('own')
    def update_state(self, *a, **k):
        pass
    def result(self):
        return 0
result = Own().name
