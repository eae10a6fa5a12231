import tensorflow as tf
import keras


class Server(tf.Module):
    def __init__(self):
        self.dense = keras.layers.Dense(1)
        self.dense.build((None, 2))

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def score(self, x):
        return {'y': self.dense(x)}


server = Server()
archive = keras.export.ExportArchive()
archive.track(server.dense)
archive.add_endpoint('serving_default', server.score, input_signature=[tf.TensorSpec([None, 2], tf.float32)])
archive.add_endpoint('score', server.score, input_signature=[tf.TensorSpec([None, 2], tf.float32)])
archive.write_out('out')
