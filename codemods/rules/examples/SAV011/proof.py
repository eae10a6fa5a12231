import tensorflow as tf
from tensorflow import keras


class Server(tf.Module):
    def __init__(self):
        self.dense = keras.layers.Dense(1, kernel_initializer='ones')
        self.dense.build((None, 2))

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name='x')])
    def score(self, x):
        return {'y': self.dense(x)}


server = Server()
tf.saved_model.save(server, 'out', signatures={'serving_default': server.score})
again = tf.saved_model.load('out')
f = again.signatures['serving_default']
x = tf.constant([[1.0, 2.0]])
result = ['serving_default' in again.signatures, {k: np.array(v) for k, v in f(x=x).items()},
          np.array(again.score(x)['y'])]
