"""SavedModels whose signatures take strings that hold more than text: serialised examples."""

import os

import numpy as np

from casebook import special
from cases_savedmodel import facts, of_signature
from signatures import record_signatures


def example(tf, **features):
    """A serialised example: lists of bytes, floats or integers by key."""
    kinds = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
    lists = {bytes: tf.train.BytesList, float: tf.train.FloatList, int: tf.train.Int64List}
    stored = {
        key: tf.train.Feature(**{kinds[type(values[0])]: lists[type(values[0])](value=values)})
        for key, values in features.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=stored)).SerializeToString(deterministic=True)


@special(
    "tf.keras-2.11",
    "A signature over serialised examples in a function: dense features with and without defaults, a sequence, a "
    "ragged and a sparse feature, and a table of words.",
    "tf_module serialized_examples parse_example lookup_table strings",
)
def module_parsing(kit, folder):
    tf = kit.tf
    rng = kit.rng("module_parsing", "weights")
    feature = {
        "size": tf.io.FixedLenFeature([2], tf.float32),
        "count": tf.io.FixedLenFeature([], tf.int64, default_value=1),
        "steps": tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
        "tags": tf.io.RaggedFeature(tf.string),
        "colour": tf.io.VarLenFeature(tf.string),
    }

    class Parser(tf.Module):
        """Reads examples, looks words up, adds everything."""

        def __init__(self):
            super().__init__(name="parser")
            words = tf.constant(["red", "green", "blue"])
            filled = tf.lookup.KeyValueTensorInitializer(words, tf.constant([0, 1, 2], tf.int64))
            self.table = tf.lookup.StaticHashTable(filled, 3)
            self.kernel = tf.Variable(rng.normal(size=(2, 3)).astype("float32"), name="kernel")
            self.vectors = tf.Variable(rng.normal(size=(4, 3)).astype("float32"), name="vectors")

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
        def serve(self, examples):
            found = tf.io.parse_example(examples, feature)
            colours = tf.gather(self.vectors, self.table.lookup(tf.sparse.to_dense(found["colour"])))
            scores = tf.matmul(found["size"], self.kernel) + tf.reduce_sum(colours, axis=1)
            steps = tf.reduce_sum(found["steps"], axis=1, keepdims=True)
            tags = tf.cast(found["tags"].row_lengths(), tf.float32)[:, None]
            return {"scores": scores * tf.cast(found["count"], tf.float32)[:, None] + steps + tags}

    module = Parser()
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures=module.serve)
    examples = np.array(
        [
            example(tf, size=[0.5, -1.0], count=[2], steps=[1.0, 2.0], tags=[b"a", b"b"], colour=[b"red"]),
            example(tf, size=[1.5, 0.25], colour=[b"blue", b"pink"]),
            example(tf, size=[0.0, 1.0], steps=[0.5], tags=[b"c"]),
        ],
        dtype=object,
    )
    golden = record_signatures(kit, path, {"serving_default": {"examples": examples}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)
