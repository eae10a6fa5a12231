import tensorflow as tf
from tensorflow import keras


class Server(tf.Module):
    def __init__(self):
        self.dense = keras.layers.Dense(1)
        self.dense.build((None, 2))

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def score(self, x):
        return {'y': self.dense(x)}


server = Server()
tf.saved_model.save(server, 'out', signatures={'serving_default': server.score})
