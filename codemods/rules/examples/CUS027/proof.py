from tensorflow import keras


class Batches(keras.utils.Sequence):
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n
    def __getitem__(self, i):
        return np.ones((2, 1)), np.zeros((2, 1))
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])
model.compile('sgd', 'mse')
result = model.evaluate(Batches(3), verbose=0)
