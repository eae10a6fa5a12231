from tensorflow import keras


class Own(keras.metrics.Metric):
    def __init__(self):
        super().__init__('own')
