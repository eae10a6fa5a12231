import keras


class Own(keras.losses.Loss):
    def __init__(self):
        super().__init__(reduction='none')
