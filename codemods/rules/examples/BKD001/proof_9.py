from tensorflow import keras
from tensorflow.keras import backend as K


class Doubled(keras.layers.Layer):
    def call(self, x, mask=None):
        y = K.in_train_phase(lambda: x * 2, x)
        return y + K.in_test_phase(x, y, training=None)


class Around(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Doubled()

    def call(self, x):
        return self.inner(x)


x = np.ones((2, 3), 'float32')
inputs = keras.Input((3,))
model = keras.Model(inputs, Around()(inputs))
model.compile(loss='mse', optimizer='sgd')
result = [
    np.array(model(x, training=True)),
    np.array(model(x, training=False)),
    np.array(model(x)),
    model.predict(x, verbose=0),
    model.fit(x, 0 * x, verbose=0).history['loss'],
    model.evaluate(x, 0 * x, verbose=0),
]
