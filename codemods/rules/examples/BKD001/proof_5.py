from tensorflow import keras
from tensorflow.keras import backend as K


class Double(keras.layers.Layer):
    def call(self, x, training=None):
        def doubled():
            return x * 2

        y = K.in_train_phase(doubled, x, training=training)
        return y + K.in_test_phase(x, doubled, training=training)


x = np.ones((2, 3), 'float32')
result = [np.array(Double()(x, training=True)), np.array(Double()(x, training=False))]
