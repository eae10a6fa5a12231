"""SavedModels of TensorFlow 2: Keras models with their signatures, and tf.Module without and with Keras layers."""

import os

import numpy as np

import record as rec
from casebook import case, special
from signatures import record_signatures


def facts(folder, golden, status="migrated", reason=None, **more):
    """Write golden numbers and return the entries of case.json for a SavedModel."""
    rec.write_npz(os.path.join(folder, "saved_model.golden.npz"), golden)
    expect = {"status": status}
    if reason:
        expect["reason"] = reason
    found = {
        "artifact": "saved_model",
        "kind": "saved_model",
        "golden": "saved_model.golden.npz",
        "expect": expect,
    }
    found.update(more)
    return found


def of_signature(golden, signature):
    """``inputs/<i>`` and ``outputs/<i>`` from a signature's record, in the order of the keys."""
    both = {}
    for kind in ("inputs", "outputs"):
        prefix = "signatures/{}/{}/".format(signature, kind)
        keys = sorted(key for key in golden if key.startswith(prefix))
        both.update({"{}/{}".format(kind, i): golden[key] for i, key in enumerate(keys)})
    return both


@case(
    "tf.keras-2.0/savedmodel tf.keras-2.8/savedmodel",
    "An input is named `in`, which cannot be a Python argument.",
    "input_named_in signature_keys",
)
def input_named_in(kit):
    L = kit.layers
    line = kit.Input((3,), name="in")
    x = L.Dense(4, activation="relu")(line)
    return kit.functional(line, L.Dense(2, name="class")(x))


@case(
    "tf.keras-2.8/savedmodel ~tf.keras-2.13/savedmodel",
    "A stateful recurrent layer: its state is a variable of the graph that each call of the signature changes.",
    "stateful rnn batch_input_shape",
    activations=False,
)
def stateful_rnn(kit):
    L = kit.layers
    recurrent = L.SimpleRNN(3, stateful=True, unroll=True, batch_input_shape=(2, 2, 3))
    return kit.Sequential([recurrent, L.Dense(2)])


@case(
    "tf.keras-2.8/savedmodel",
    "A custom metric class in the object graph.",
    "custom_metric training",
    compile=lambda kit: {"optimizer": "adam", "loss": "mse", "metrics": [_peak_metric()]},
    custom="peak.py",
)
def custom_metric(kit):
    L = kit.layers
    return kit.Sequential([L.Dense(3, activation="tanh", input_shape=(3,)), L.Dense(2)])


def _peak_metric():
    from custom.peak import Peak

    return Peak()


@special(
    "~tf.keras-2.4 tf.keras-2.8 tf.keras-2.15",
    "A Keras model with three signatures that share its variables: their argument keys, output keys, dtypes and "
    "free dimensions are the contract.",
    "signatures functional shared_variables",
)
def several_signatures(kit, folder):
    tf, L = kit.tf, kit.layers
    image = kit.Input((4, 4, 1), name="image")
    features = L.Conv2D(3, 2, activation="relu")(image)
    pooled = L.GlobalAveragePooling2D()(features)
    model = kit.functional(image, L.Dense(2, activation="softmax", name="scores")(pooled))
    embed = kit.functional(image, pooled)
    rec.draw_weights(kit, model, kit.rng("several_signatures", "weights"))

    @tf.function(input_signature=[tf.TensorSpec([None, 4, 4, 1], tf.float32, name="pixels")])
    def serve(pixels):
        scores = model(pixels, training=False)
        return {"scores": scores, "label": tf.argmax(scores, axis=-1)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 4, 4, 1], tf.uint8, name="raw"),
            tf.TensorSpec([], tf.float32, name="gain"),
        ]
    )
    def from_bytes(raw, gain):
        return {"scores": model(tf.cast(raw, tf.float32) / 255.0 * gain, training=False)}

    @tf.function(input_signature=[tf.TensorSpec([2, 4, 4, 1], tf.float32, name="pixels")])
    def embedding(pixels):
        return {"embedding": embed(pixels, training=False)}

    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(
        model, path, signatures={"serving_default": serve, "from_bytes": from_bytes, "embedding": embedding}
    )
    rng = kit.rng("several_signatures", "inputs")
    pixels = rng.normal(size=(2, 4, 4, 1)).astype("float32")
    golden = record_signatures(
        kit,
        path,
        {
            "serving_default": {"pixels": pixels},
            "embedding": {"pixels": pixels},
            "from_bytes": {
                "raw": rng.randint(256, size=(3, 4, 4, 1)).astype("uint8"),
                "gain": np.float32(1.5),
            },
        },
    )
    golden.update({"inputs/0": pixels, "outputs/0": rec.run(kit, model, [pixels])[0]})
    return facts(folder, golden)


@special(
    "tf.keras-2.4 tf.keras-2.11",
    "A plain tf.Module: matrix products, custom normalisation and a counter that its second signature changes.",
    "tf_module signatures variables",
)
def module_plain(kit, folder):
    tf = kit.tf
    rng = kit.rng("module_plain", "weights")

    class Plain(tf.Module):
        """Two matrix products by hand."""

        def __init__(self):
            super().__init__(name="plain")
            self.kernel = tf.Variable(rng.normal(size=(3, 4)).astype("float32"), name="kernel")
            self.bias = tf.Variable(rng.normal(size=(4,)).astype("float32"), name="bias")
            self.steps = [tf.Variable(rng.normal(size=(4, 2)).astype("float32"), name="top")]
            self.scale = tf.Variable(2.0, trainable=False, name="scale")
            self.offset = tf.constant([0.5, -0.5])

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def __call__(self, x):
            hidden = tf.nn.relu(tf.matmul(x, self.kernel) + self.bias)
            return {"y": tf.matmul(hidden, self.steps[0]) * self.scale + self.offset, "hidden": hidden}

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None], tf.float32, name="b"),
                tf.TensorSpec([None, None], tf.float32, name="a"),
            ]
        )
        def distance(self, b, a):
            return {"distance": tf.norm(b - a, axis=-1), "total": tf.reduce_sum(a - 2.0 * b)}

    module = Plain()
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(
        module, path, signatures={"serving_default": module.__call__, "distance": module.distance}
    )
    data = kit.rng("module_plain", "inputs")
    golden = record_signatures(
        kit,
        path,
        {
            "serving_default": {"x": data.normal(size=(3, 3)).astype("float32")},
            "distance": {
                "a": data.normal(size=(2, 5)).astype("float32"),
                "b": data.normal(size=(2, 5)).astype("float32"),
            },
        },
    )
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "~tf.keras-2.8 tf.keras-2.13",
    "A tf.Module that holds Keras layers and has two signatures.",
    "tf_module keras_layers signatures",
)
def module_with_layers(kit, folder):
    tf, L = kit.tf, kit.layers

    class Ranker(tf.Module):
        """An encoder and a scorer made of Keras layers."""

        def __init__(self):
            super().__init__(name="ranker")
            self.embed = L.Embedding(7, 3, name="embed")
            self.encoder = kit.Sequential(
                [L.Dense(4, activation="relu", name="dense"), L.BatchNormalization()]
            )
            self.scorer = L.Dense(1, name="scorer")

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None], tf.int32, name="ids"),
                tf.TensorSpec([None, 3], tf.float32, name="context"),
            ]
        )
        def score(self, ids, context):
            pooled = tf.reduce_mean(self.embed(ids), axis=1)
            encoded = self.encoder(tf.concat([pooled, context], axis=1), training=False)
            return {"score": tf.sigmoid(self.scorer(encoded))}

        @tf.function(input_signature=[tf.TensorSpec([None, 6], tf.float32, name="features")])
        def encode(self, features):
            return {"encoded": self.encoder(features, training=False)}

    module = Ranker()
    module.score(tf.zeros([1, 2], tf.int32), tf.zeros([1, 3]))
    rng = kit.rng("module_with_layers", "weights")
    for layer in (module.embed, module.encoder, module.scorer):
        rec.draw_weights(kit, layer, rng)
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures={"serving_default": module.score, "encode": module.encode})
    data = kit.rng("module_with_layers", "inputs")
    golden = record_signatures(
        kit,
        path,
        {
            "serving_default": {
                "ids": data.randint(7, size=(3, 4)).astype("int32"),
                "context": data.normal(size=(3, 3)).astype("float32"),
            },
            "encode": {"features": data.normal(size=(2, 6)).astype("float32")},
        },
    )
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8",
    "A tf.Module of a small convolutional network: fused batch normalisation, pooling, pads, resize, slices.",
    "tf_module conv2d fused_batch_norm pooling pad resize slice",
)
def module_convolutional(kit, folder):
    tf = kit.tf
    rng = kit.rng("module_convolutional", "weights")

    def variable(name, *shape):
        return tf.Variable(rng.normal(0.0, 0.5, size=shape).astype("float32"), name=name)

    class Network(tf.Module):
        """Convolutions, statistics and a head."""

        def __init__(self):
            super().__init__(name="network")
            self.stem, self.depth = variable("stem", 3, 3, 2, 4), variable("depth", 2, 2, 4, 1)
            self.gamma, self.beta, self.mean = variable("gamma", 4), variable("beta", 4), variable("mean", 4)
            self.variance = tf.Variable(rng.uniform(0.5, 1.5, size=4).astype("float32"), name="variance")
            self.head, self.bias = variable("head", 4, 3), variable("bias", 3)

        @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")])
        def __call__(self, image):
            x = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]])
            x = tf.nn.conv2d(x, self.stem, strides=2, padding="VALID")
            x = tf.compat.v1.nn.fused_batch_norm(
                x, self.gamma, self.beta, self.mean, self.variance, epsilon=1e-3, is_training=False
            )[0]
            x = tf.nn.relu6(x)
            x = tf.nn.depthwise_conv2d(x, self.depth, strides=[1, 1, 1, 1], padding="SAME")
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
            x = tf.image.resize(x, [4, 4])[:, 1:, ::2]
            x = tf.reduce_mean(x, axis=[1, 2])
            logits = tf.nn.bias_add(tf.matmul(x, self.head), self.bias)
            return {"logits": logits, "probabilities": tf.nn.softmax(logits)}

    module = Network()
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures=module.__call__)
    image = kit.rng("module_convolutional", "inputs").normal(size=(2, 8, 8, 2)).astype("float32")
    golden = record_signatures(kit, path, {"serving_default": {"image": image}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.11",
    "A tf.Module with a lookup table that is read from an asset file, and a signature of strings.",
    "tf_module lookup_table asset strings",
)
def module_with_table(kit, folder):
    tf = kit.tf
    vocabulary = os.path.join(os.environ["HOME"], "colours.txt")
    with open(vocabulary, "w") as handle:
        handle.write("red\ngreen\nblue\n")

    class Lookup(tf.Module):
        """Words to vectors through a table."""

        def __init__(self):
            super().__init__(name="lookup")
            self.asset = tf.saved_model.Asset(vocabulary)
            source = tf.lookup.TextFileInitializer(
                self.asset,
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
            )
            self.table = tf.lookup.StaticVocabularyTable(source, num_oov_buckets=2)
            rng = kit.rng("module_with_table", "weights")
            self.vectors = tf.Variable(rng.normal(size=(5, 2)).astype("float32"), name="vectors")

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="words")])
        def __call__(self, words):
            ids = self.table.lookup(words)
            return {"ids": ids, "vectors": tf.gather(self.vectors, ids)}

    module = Lookup()
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures=module.__call__)
    words = np.array(["red", "blue", "pink", "green", ""], dtype=np.str_)
    golden = record_signatures(kit, path, {"serving_default": {"words": words}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.0",
    "`experimental.export_saved_model`: the architecture is a JSON file among the assets.",
    "export_saved_model saved_model_json",
)
def exported(kit, folder):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    x = L.Flatten()(L.LayerNormalization(axis=2)(line))
    model = kit.functional(line, L.Dense(2, activation="softmax", name="top")(x))
    rec.draw_weights(kit, model, kit.rng("exported", "weights"))
    path = os.path.join(folder, "saved_model")
    kit.tf.keras.experimental.export_saved_model(model, path, serving_only=True)
    inputs = rec.draw_inputs(kit, model, kit.rng("exported", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    return facts(folder, golden)
