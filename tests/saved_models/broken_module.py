"""The program that started this project: a ``tf.Module`` saves functions that use Keras 3 variables.

Usage: ``python broken_module.py FOLDER``. Prints what the module itself computes for a row of ones.
"""

import json
import sys

import keras
import tensorflow as tf


class Scorer(tf.Module):
    """Serves a Keras model through a function of its own."""

    def __init__(self):
        super().__init__()
        self.model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense")])

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def score(self, x):
        """Scores of rows."""
        return {"scores": self.model(x)}


module = Scorer()
tf.saved_model.save(module, sys.argv[1], signatures={"serving_default": module.score})
print(json.dumps(module.score(tf.ones([1, 3]))["scores"].numpy().tolist()))
