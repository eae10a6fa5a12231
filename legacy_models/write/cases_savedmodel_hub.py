"""Modules of TensorFlow Hub: the format of TensorFlow 1, without tags, and reusable SavedModels, without signatures."""

import os

import numpy as np

import record as rec
from casebook import special
from cases_savedmodel import facts, of_signature


@special(
    "tf.keras-1.15",
    "A module of TF Hub's first format: no tag, a second graph for training, two signatures, a table from an asset.",
    "tf_hub hub_module no_serving_default tag_sets lookup_table asset strings",
)
def hub_module(kit, folder):
    import tensorflow_hub as hub

    tf1 = kit.tf.compat.v1
    vocabulary = os.path.join(os.environ["HOME"], "colours.txt")
    with open(vocabulary, "w") as handle:
        handle.write("red\ngreen\nblue\n")

    def build(training):
        words = tf1.placeholder(tf1.string, [None], name="words")
        table = kit.tf.contrib.lookup.index_table_from_file(vocabulary, num_oov_buckets=1)
        vectors = tf1.get_variable("vectors", [4, 3])
        found = tf1.nn.embedding_lookup(vectors, table.lookup(words))
        if training:
            found = tf1.nn.dropout(found, rate=0.5)
        line = tf1.placeholder(tf1.float32, [None, 3], name="line")
        hub.add_signature(inputs={"words": words}, outputs={"default": found})
        hub.add_signature(
            "scores", {"line": line}, {"default": tf1.layers.dense(line, 2), "line": line * 2.0}
        )

    variants = [(set(), {"training": False}), ({"train"}, {"training": True})]
    spec = hub.create_module_spec(build, tags_and_args=variants)
    path = os.path.join(folder, "saved_model")
    with tf1.Graph().as_default(), tf1.Session() as session:
        module = hub.Module(spec)
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        rng = kit.rng("hub_module", "weights")
        for name in sorted(module.variable_map):
            variable = module.variable_map[name]
            variable.load(rng.normal(size=variable.shape.as_list()).astype("float32"), session)
        module.export(path, session)
    feeds = {
        "default": {"words": np.array(["red", "pink", "blue"], dtype=np.str_)},
        "scores": {"line": kit.rng("hub_module", "inputs").normal(size=(3, 3)).astype("float32")},
    }
    golden = {}
    with tf1.Graph().as_default(), tf1.Session() as session:
        module = hub.Module(path)
        results = {name: module(feed, signature=name, as_dict=True) for name, feed in feeds.items()}
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        for name, outputs in session.run(results).items():
            start = "signatures/{}/".format(name)
            golden.update({start + "inputs/" + key: array for key, array in feeds[name].items()})
            golden.update({start + "outputs/" + key: array for key, array in outputs.items()})
    golden.update(of_signature(golden, "default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.11",
    "A reusable SavedModel of TF Hub: called as module(x, training), no signature, losses and trainable variables.",
    "tf_hub reusable_saved_model no_signature",
)
def hub_reusable(kit, folder):
    import tensorflow_hub as hub

    tf = kit.tf
    rng = kit.rng("hub_reusable", "weights")

    class Encoder(tf.Module):
        """What TF Hub calls the reusable interface."""

        def __init__(self):
            super().__init__(name="encoder")
            self.kernel = tf.Variable(rng.normal(size=(3, 4)).astype("float32"), name="kernel")
            self.scale = tf.Variable(1.5, trainable=False, name="scale")

        @tf.function
        def __call__(self, x, training=False):
            y = tf.tanh(tf.matmul(x, self.kernel)) * self.scale
            return tf.nn.dropout(y, 0.5) if training else y

        @tf.function(input_signature=[])
        def penalty(self):
            return tf.reduce_sum(tf.square(self.kernel))

    module = Encoder()
    root = tf.train.Checkpoint(module=module)
    root.__call__ = module.__call__
    root.variables, root.trainable_variables = [module.kernel, module.scale], [module.kernel]
    root.regularization_losses = [module.penalty]
    for training in (True, False):
        module.__call__.get_concrete_function(
            tf.TensorSpec([None, 3], tf.float32, name="x"), training=training
        )
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(root, path)
    x = kit.rng("hub_reusable", "inputs").normal(size=(3, 3)).astype("float32")
    y = hub.KerasLayer(path)(tf.constant(x)).numpy()
    golden = rec.numbered("inputs", [x])
    golden.update(rec.numbered("outputs", [y]))
    golden["signatures/serving_default/inputs/x"] = x
    golden["signatures/serving_default/outputs/output_0"] = y
    return facts(folder, golden)
