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
        loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        return {'total': loss}
net = Net()
net.compile('sgd', 'mse')
result = float(net.evaluate(x, y, verbose=0, return_dict=True)['total'])
