from tensorflow import keras


class Job:
    def __init__(self, x):
        self.x = x

    def batches(self):
        while True:
            yield self._batch(2.0)

    def _batch(self, factor):
        return [self.x, self.x * factor]

    def train(self, model):
        return model.fit(self.batches(), steps_per_epoch=3, epochs=1, verbose=0)


def rows():
    while True:
        yield [np.ones((4, 1)), np.zeros((4, 1)), np.arange(4.0)]


model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer='ones')])
model.compile(keras.optimizers.SGD(0.1), 'mse')
losses = Job(np.ones((4, 1), 'float32')).train(model).history['loss']
losses += model.fit(rows(), steps_per_epoch=2, epochs=1, verbose=0).history['loss']
result = [losses, model.get_weights()]
