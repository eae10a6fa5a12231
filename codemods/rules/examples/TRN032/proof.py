from tensorflow import keras
x, y = np.arange(10.0).reshape(5, 2), np.ones((5, 1))
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
        return {m.name: m.result() for m in self.metrics}
net = Net()
net.compile('sgd', 'mse', metrics=['mae'])
result = net.evaluate(x, y, batch_size=2, verbose=0, return_dict=True)['mae']
