from tensorflow import keras


class Own(keras.layers.Layer):
    def __init__(self):
        super().__init__()

    def call(self, x):
        return x + keras.backend.random_normal(keras.backend.shape(x))


y = np.array(Own()(np.zeros((200, 200), 'float32')))
result = [abs(round(float(y.mean()), 1)), round(float(y.std()), 1)]
