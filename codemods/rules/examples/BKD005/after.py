import tensorflow as tf
import keras
from keras.models import load_model


class GradientOverrideMap:
    """What Graph.gradient_override_map did: layers that are made inside of it have the gradients registered by name."""

    def __init__(self, names):
        self.names = names

    def __enter__(self):
        self.create, self.made = keras.layers.Layer.__init__, []

        def created(layer, *args, **kwargs):
            self.create(layer, *args, **kwargs)
            self.made.append(layer)

        keras.layers.Layer.__init__ = created

    def __exit__(self, *error):
        keras.layers.Layer.__init__ = self.create
        for layer in self.made:
            if not isinstance(layer, keras.Model):
                layer.call = self.overridden(layer.call)

    def overridden(self, call):
        @tf.function
        def compute(*args, **kwargs):
            with tf.compat.v1.get_default_graph().gradient_override_map(self.names):
                return call(*args, **kwargs)

        return compute


def guided(path):
    with GradientOverrideMap({"Relu": "Guided"}):
        # made again, with other gradients
        model = load_model(path)
    return model
