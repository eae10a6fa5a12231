import keras
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(1, kernel_initializer='ones', kernel_regularizer='l2')
    def call(self, x):
        return self.d(x)
    def test_step(self, data):
        x, y = data
        y_pred = self(x)
        loss = self.compute_loss(x, y, y_pred)
        for metric in self.metrics:
            if metric.name == 'loss':
                metric.update_state(loss, sample_weight=keras.ops.shape(keras.tree.flatten(y)[0])[0])
        return self.compute_metrics(x, y, y_pred, None)
