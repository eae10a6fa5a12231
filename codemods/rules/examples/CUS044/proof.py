from keras import backend as K
from keras.layers import Dense, Input, Layer
from keras.models import Model


class Scale(Layer):
    def build(self, input_shape):
        self.factor = K.variable(2.0)

    def call(self, x):
        return x * self.factor


x = Input((3,))
model = Model(x, Scale()(Dense(2, init='one', W_regularizer=None)(x)))
model.compile('sgd', 'mse')
model.train_on_batch(np.ones((4, 3)), np.ones((4, 2)))
result = [[list(np.shape(w)) for w in model.trainable_weights], float(np.array(model.layers[-1].factor))]
