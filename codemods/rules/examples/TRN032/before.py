from tensorflow import keras
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(1, kernel_initializer='ones', kernel_regularizer='l2')
    def call(self, x):
        return self.d(x)
    def test_step(self, data):
        x, y = data
        y_pred = self(x)
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics if m.name != 'loss'}
