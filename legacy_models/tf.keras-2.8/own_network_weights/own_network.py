"""A network of an author of tf.keras: a class derived from Model, whose weights alone were saved."""

import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import BatchNormalization, Conv2D, Dense, Flatten


class Network(Model):
    def __init__(self, classes=3):
        super(Network, self).__init__()
        self.first = Conv2D(2, 3, activation="relu")
        self.second = Conv2D(2, 3, padding="same")
        self.norm = BatchNormalization()
        self.flat = Flatten()
        self.last = Dense(classes)

    def call(self, x, training=None):
        x = self.first(x)
        x = tf.nn.relu(x + self.norm(self.second(x), training=training))
        return tf.nn.softmax(self.last(self.flat(x)))


def train(images, labels):
    images = images.reshape(-1, 6, 5, 1) / 255.0
    model = Network(4)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images, labels)
    model.save_weights("model.h5")
