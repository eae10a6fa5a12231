"""SavedModels that are called in ways of their own: by functions, with pictures, nested structures and sparse tensors."""

import os

import numpy as np

import record as rec
from casebook import special
from cases_savedmodel import facts, of_signature
from signatures import record_signatures


@special(
    "tf.keras-2.8 tf.keras-2.13",
    "A tf.Module whose functions have the names of its signatures; in 2.8, one key is a Python keyword.",
    "tf_module signatures functions keyword_key no_serving_default",
)
def module_functions(kit, folder):
    tf = kit.tf
    rng = kit.rng("module_functions", "weights")
    key = "in" if kit.version < (2, 13) else "line"  # later versions refuse to write a keyword

    class Coder(tf.Module):
        """What goes in one way comes back the other."""

        def __init__(self):
            super().__init__(name="coder")
            self.kernel = tf.Variable(rng.normal(size=(3, 2)).astype("float32"), name="kernel")

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name=key)])
        def encode(self, line):
            return tf.matmul(line, self.kernel)

        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="code")])
        def decode(self, code):
            return tf.matmul(code, self.kernel, transpose_b=True)

        @tf.function(input_signature=[])
        def penalty(self):
            return tf.reduce_sum(tf.square(self.kernel))

    module = Coder()
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures={"encode": module.encode, "decode": module.decode})
    data = kit.rng("module_functions", "inputs")
    line, code = (data.normal(size=(3, n)).astype("float32") for n in (3, 2))
    golden = {}
    for name, argument, array in (("encode", key, line), ("decode", "code", code)):
        golden["signatures/{}/inputs/{}".format(name, argument)] = array
        golden["signatures/{}/outputs/output_0".format(name)] = getattr(module, name)(
            tf.constant(array)
        ).numpy()
    golden.update(of_signature(golden, "encode"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8",
    "A signature that takes the bytes of pictures, as web services send them: decoded, resized and scaled in the graph.",
    "tf_module signatures image_bytes decode_jpeg map_fn resize strings",
)
def module_image_bytes(kit, folder):
    tf, L = kit.tf, kit.layers
    image = kit.Input((8, 8, 3), name="image")
    x = L.GlobalAveragePooling2D()(L.Conv2D(4, 3, activation="relu", name="conv")(image))
    model = kit.functional(image, L.Dense(2, activation="softmax", name="scores")(x))
    rec.draw_weights(kit, model, kit.rng("module_image_bytes", "weights"))

    def pixels(data):
        return tf.image.resize(tf.io.decode_jpeg(data, channels=3), [8, 8]) / 255.0

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def serve(image_bytes):
        images = tf.map_fn(pixels, image_bytes, fn_output_signature=tf.TensorSpec([8, 8, 3], tf.float32))
        return {"scores": model(images, training=False)}

    module = tf.Module()
    module.model, module.serve = model, serve
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures=serve)
    drawn = kit.rng("module_image_bytes", "inputs").randint(256, size=(2, 6, 9, 3)).astype("uint8")
    feed = np.array([tf.io.encode_png(one).numpy() for one in drawn])
    golden = record_signatures(kit, path, {"serving_default": {"image_bytes": feed}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8 tf.keras-2.13",
    "A Keras model whose lookup was given a vocabulary file: the configuration has its path, the assets its words.",
    "string_lookup vocabulary_file asset strings",
)
def vocabulary_asset(kit, folder):
    vocabulary = os.path.join(os.environ["HOME"], "colours.txt")
    with open(vocabulary, "w") as handle:
        handle.write("red\ngreen\nblue\n")
    word = kit.Input((1,), dtype="string", name="word")
    lookup = kit.preprocessing("StringLookup")(vocabulary=vocabulary, output_mode="multi_hot", name="lookup")
    model = kit.functional(word, kit.layers.Dense(2, name="top")(lookup(word)))
    rec.draw_weights(kit, model, kit.rng("vocabulary_asset", "weights"))
    model.compile("sgd", "mse")
    path = os.path.join(folder, "saved_model")
    model.save(path, save_format="tf")
    os.remove(vocabulary)
    words = np.array([["red"], ["blue"], ["pink"]], dtype=np.str_)
    golden = record_signatures(kit, path, {"serving_default": {"word": words}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8",
    "A tf.Module around recurrent Keras layers: the graph holds their calls as functions that record what they compute.",
    "tf_module keras_layers lstm gru bidirectional signatures",
)
def module_recurrent(kit, folder):
    tf, L = kit.tf, kit.layers
    line = kit.Input((5, 3), name="line")
    x = L.Bidirectional(L.LSTM(3, return_sequences=True), name="both")(line)
    x = L.GRU(2, go_backwards=True, name="back")(x)
    model = kit.functional(line, L.Dense(2, name="top")(x))
    rec.draw_weights(kit, model, kit.rng("module_recurrent", "weights"))
    module = tf.Module()
    module.held = list(model.variables)  # not the layers, whose own functions weigh megabytes

    @tf.function(input_signature=[tf.TensorSpec([None, 5, 3], tf.float32, name="line")])
    def serve(line):
        return {"y": model(line, training=False)}

    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures=serve)
    feed = kit.rng("module_recurrent", "inputs").normal(size=(3, 5, 3)).astype("float32")
    golden = record_signatures(kit, path, {"serving_default": {"line": feed}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8 tf.keras-2.15",
    "A second function owns a variable that it creates in its first call; no signature uses it.",
    "tf_module signatures functions variable_of_function",
)
def module_second_function(kit, folder):
    tf = kit.tf
    rng = kit.rng("module_second_function", "weights")

    class Scorer(tf.Module):
        """Scores lines; and keeps a running mean of what it saw."""

        def __init__(self):
            super().__init__(name="scorer")
            self.kernel = tf.Variable(rng.normal(size=(3, 2)).astype("float32"), name="kernel")
            self.counter = None

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="line")])
        def __call__(self, line):
            return {"scores": tf.matmul(line, self.kernel)}

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="line")])
        def count(self, line):
            if self.counter is None:
                self.counter = tf.Variable(0.0, name="counter")
            return self.counter.assign_add(tf.reduce_sum(line))

    module = Scorer()
    module.count(tf.zeros((1, 3)))
    path = os.path.join(folder, "saved_model")
    tf.saved_model.save(module, path, signatures={"serving_default": module.__call__})
    line = kit.rng("module_second_function", "inputs").normal(size=(3, 3)).astype("float32")
    golden = {
        "signatures/serving_default/inputs/line": line,
        "signatures/serving_default/outputs/scores": module(tf.constant(line))["scores"].numpy(),
    }
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-2.8",
    "The signature scales its inputs and turns its outputs into probabilities; the model does neither.",
    "signatures preprocessing postprocessing functional",
)
def signature_around_model(kit, folder):
    tf, L = kit.tf, kit.layers
    line = kit.Input((4,), name="line")
    model = kit.functional(
        line, L.Dense(3, name="logits")(L.Dense(5, activation="relu", name="hidden")(line))
    )
    rec.draw_weights(kit, model, kit.rng("signature_around_model", "weights"))

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="line")])
    def serve(line):
        return {"scores": tf.nn.softmax(model(line / 2.0 - 1.0, training=False))}

    path = os.path.join(folder, "saved_model")
    model.save(path, save_format="tf", signatures={"serving_default": serve})
    data = kit.rng("signature_around_model", "inputs").normal(size=(3, 4)).astype("float32")
    golden = {
        "signatures/serving_default/inputs/line": data,
        "signatures/serving_default/outputs/scores": serve(tf.constant(data))["scores"].numpy(),
        "inputs/0": data,
        "outputs/0": model(tf.constant(data), training=False).numpy(),
    }
    return facts(folder, golden)
