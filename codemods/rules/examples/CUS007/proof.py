from tensorflow import keras


class Own(keras.losses.Loss):
    def __init__(self):
        super().__init__('none')
    def call(self, y_true, y_pred):
        return y_pred - y_true
result = np.array(Own()(np.zeros(3, 'float32'), np.ones(3, 'float32')))
