from tensorflow import keras


class Pictures:
    def __init__(self, size):
        self.size = size

    def flow(self):
        while True:
            yield self._named(np.ones((self.size, 3)), np.zeros((self.size, 2)))

    def _named(self, rows, targets):
        return [{'input_1': rows}, {'scores': targets}]


keras.backend.clear_session()
x = keras.Input((3,))
model = keras.Model(x, keras.layers.Dense(2, name='scores', kernel_initializer='ones')(x))
model.compile(keras.optimizers.SGD(0.1), 'mse')
pictures = Pictures(4)
history = model.fit(pictures.flow(), steps_per_epoch=2, epochs=1, verbose=0, validation_data=pictures.flow(), validation_steps=1)
result = [history.history['loss'], history.history['val_loss'], model.get_weights()]
