"""Write a SavedModel of a TensorFlow 1 graph whose table is made inside a function, as TFX exports it; run as a script.

    python tables_in_functions.py FOLDER

``FOLDER/inner`` is a module of TensorFlow 2 with a table, ``FOLDER/served`` the graph that calls it, and
``FOLDER/served.golden.npz`` what the graph makes of known and unknown words.
"""

import sys

import numpy as np
import tensorflow as tf


class Words(tf.Module):
    """Numbers of two words."""

    def __init__(self):
        super().__init__()
        initializer = tf.lookup.KeyValueTensorInitializer(["red", "green"], tf.constant([1, 2], tf.int64))
        self.table = tf.lookup.StaticHashTable(initializer, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, words):
        """Look words up."""
        return self.table.lookup(words)


def main(folder):
    """Write both."""
    v1 = tf.compat.v1
    tf.saved_model.save(Words(), f"{folder}/inner")
    with tf.Graph().as_default(), v1.Session() as session:
        words = v1.placeholder(tf.string, [None], name="words")
        numbers = tf.saved_model.load(f"{folder}/inner")(words)
        session.run(v1.tables_initializer())
        signature = v1.saved_model.predict_signature_def({"words": words}, {"numbers": numbers})
        builder = v1.saved_model.Builder(f"{folder}/served")
        builder.add_meta_graph_and_variables(
            session, ["serve"], {"serving_default": signature}, main_op=v1.tables_initializer()
        )
        builder.save()
        data = np.array(["green", "red", "blue"])
        answer = session.run(numbers, {words: data})
    name = "signatures/serving_default"
    np.savez(
        f"{folder}/served.golden.npz", **{f"{name}/inputs/words": data, f"{name}/outputs/numbers": answer}
    )


if __name__ == "__main__":
    main(sys.argv[1])
