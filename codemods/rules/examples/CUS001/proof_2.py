from tensorflow import keras


class Total(keras.metrics.Metric):
    def __init__(self):
        super().__init__('total')
        self.total = self.add_weight('total', initializer='zeros')
    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(2.0)
    def result(self):
        return self.total
metric = Total()
metric.update_state(None, None)
result = [metric.name, float(np.array(metric.result()))]
