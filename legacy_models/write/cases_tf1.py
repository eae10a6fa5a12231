"""TensorFlow 1: SavedModels with reference variables, Estimators, frozen graphs, name-based checkpoints."""

import os

import numpy as np

import record as rec
from casebook import special
from cases_savedmodel import facts, of_signature
from signatures import record_signatures


def graph(kit):
    """A fresh graph and the TensorFlow 1 namespace."""
    tf1 = kit.tf.compat.v1
    return tf1, tf1.Graph()


def fill(tf1, session, rng):
    """Draw every variable of the session's graph."""
    for variable in tf1.global_variables():
        shape = variable.shape.as_list()
        if variable.dtype.base_dtype != tf1.float32:
            continue
        positive = "variance" in variable.name or "gamma" in variable.name
        value = rng.uniform(0.5, 1.5, size=shape) if positive else rng.normal(0.0, 0.5, size=shape)
        variable.load(np.asarray(value, "float32"), session)


def convolutional(tf1, image):
    """A network of tf.layers with reference variables: convolution, batch normalisation, pooling, dense layers."""
    x = tf1.layers.conv2d(image, 3, 3, strides=2, padding="same", activation=tf1.nn.relu, name="stem")
    x = tf1.layers.batch_normalization(x, training=False, name="norm")
    x = tf1.layers.max_pooling2d(x, 2, 2)
    x = tf1.layers.flatten(x)
    return tf1.layers.dense(x, 2, name="logits")


@special(
    "tf.keras-1.13 tf.keras-1.15",
    "tf.saved_model.simple_save of a graph with reference variables.",
    "tf1 simple_save reference_variables",
)
def simple_save(kit, folder):
    tf1, new_graph = graph(kit)
    path = os.path.join(folder, "saved_model")
    with new_graph.as_default(), tf1.Session() as session:
        image = tf1.placeholder(tf1.float32, [None, 8, 8, 2], name="image")
        logits = convolutional(tf1, image)
        classes = tf1.argmax(logits, axis=1, name="classes")
        session.run(tf1.global_variables_initializer())
        fill(tf1, session, kit.rng("simple_save", "weights"))
        tf1.saved_model.simple_save(
            session, path, inputs={"image": image}, outputs={"logits": logits, "classes": classes}
        )
    data = kit.rng("simple_save", "inputs").normal(size=(3, 8, 8, 2)).astype("float32")
    golden = record_signatures(kit, path, {"serving_default": {"image": data}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-1.15",
    "A builder's SavedModel with a table from an asset, an initialisation op, two signatures with several arguments "
    "and a second set of tags.",
    "tf1 builder lookup_table asset main_op tag_sets signatures",
)
def builder(kit, folder):
    tf1, new_graph = graph(kit)
    path = os.path.join(folder, "saved_model")
    vocabulary = os.path.join(os.environ["HOME"], "colours.txt")
    with open(vocabulary, "w") as handle:
        handle.write("red\ngreen\nblue\n")
    with new_graph.as_default(), tf1.Session() as session:
        words = tf1.placeholder(tf1.string, [None], name="words")
        gain = tf1.placeholder_with_default(1.0, [], name="gain")
        table = kit.tf.contrib.lookup.index_table_from_file(vocabulary, num_oov_buckets=1)
        ids = table.lookup(words)
        vectors = tf1.get_variable("vectors", [4, 3])
        scores = tf1.layers.dense(tf1.nn.embedding_lookup(vectors, ids), 2, name="scores") * gain
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        fill(tf1, session, kit.rng("builder", "weights"))
        predict = tf1.saved_model.predict_signature_def
        definitions = {
            "serving_default": predict({"words": words, "gain": gain}, {"scores": scores}),
            "ids": predict({"words": words}, {"ids": ids}),
        }
        made = tf1.saved_model.Builder(path)
        made.add_meta_graph_and_variables(
            session,
            ["serve"],
            definitions,
            main_op=tf1.tables_initializer(),
            assets_collection=tf1.get_collection(tf1.GraphKeys.ASSET_FILEPATHS),
        )
        made.add_meta_graph(["serve", "gpu"], {"serving_default": definitions["ids"]})
        made.save()
    texts = np.array(["red", "pink", "blue"], dtype=np.str_)
    golden = record_signatures(
        kit, path, {"serving_default": {"words": texts, "gain": np.float32(2.0)}, "ids": {"words": texts}}
    )
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "~tf.keras-1.13 tf.keras-1.15",
    "An Estimator's export: predict, classify and regress signatures over serialised examples.",
    "tf1 estimator feature_columns classify_signature serialized_examples",
)
def estimator(kit, folder):
    tf1 = kit.tf.compat.v1
    tf1.set_random_seed(7)
    columns = [
        tf1.feature_column.numeric_column("size", shape=[2]),
        tf1.feature_column.indicator_column(
            tf1.feature_column.categorical_column_with_vocabulary_list("colour", ["red", "green", "blue"])
        ),
    ]
    features = {
        "size": np.array([[0.5, 1.0], [2.0, -1.0], [0.1, 0.2], [1.5, 0.3]], "float32"),
        "colour": np.array([["red"], ["blue"], ["green"], ["red"]]),
    }

    def data():
        return tf1.data.Dataset.from_tensors((features, np.array([[0], [1], [1], [0]]))).repeat()

    config = tf1.estimator.RunConfig(
        model_dir=os.path.join(os.environ["HOME"], "estimator"), tf_random_seed=7
    )
    model = tf1.estimator.DNNClassifier([4], columns, optimizer="SGD", config=config)
    model.train(data, steps=20)
    specification = tf1.feature_column.make_parse_example_spec(columns)
    receiver = tf1.estimator.export.build_parsing_serving_input_receiver_fn(specification)
    made = model.export_saved_model(os.path.join(os.environ["HOME"], "export"), receiver)
    path = os.path.join(folder, "saved_model")
    os.rename(made.decode() if isinstance(made, bytes) else made, path)
    examples = np.array(
        [_example(tf1, features["size"][i], features["colour"][i]) for i in range(4)], dtype=object
    )
    feeds = {
        "serving_default": {"inputs": examples},
        "classification": {"inputs": examples},
        "predict": {"examples": examples},
    }
    golden = record_signatures(kit, path, feeds)
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


def _example(tf1, size, colour):
    feature = {
        "size": tf1.train.Feature(float_list=tf1.train.FloatList(value=size)),
        "colour": tf1.train.Feature(
            bytes_list=tf1.train.BytesList(value=[str(one).encode() for one in colour])
        ),
    }
    example = tf1.train.Example(features=tf1.train.Features(feature=feature))
    return example.SerializeToString(deterministic=True)


@special(
    "tf.keras-1.15",
    "`experimental.export_saved_model` of TensorFlow 1.15: the architecture is a JSON file among the assets.",
    "tf1 export_saved_model saved_model_json",
)
def exported(kit, folder):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    x = L.LSTM(3, unroll=True, name="lstm")(line)
    model = kit.functional(line, L.Dense(2, activation="softmax", name="top")(L.BatchNormalization()(x)))
    rec.draw_weights(kit, model, kit.rng("exported", "weights"))
    inputs = rec.draw_inputs(kit, model, kit.rng("exported", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    path = os.path.join(folder, "saved_model")
    kit.tf.keras.experimental.export_saved_model(model, path)
    return facts(folder, golden)


@special(
    "tf.keras-1.13 tf.keras-1.15",
    "A frozen graph: one GraphDef whose variables became constants.",
    "tf1 frozen_graph folded_batch_norm",
)
def frozen(kit, folder):
    tf1, new_graph = graph(kit)
    data = kit.rng("frozen", "inputs").normal(size=(3, 8, 8, 2)).astype("float32")
    with new_graph.as_default(), tf1.Session() as session:
        image = tf1.placeholder(tf1.float32, [None, 8, 8, 2], name="image")
        logits = tf1.identity(convolutional(tf1, image), name="scores")
        session.run(tf1.global_variables_initializer())
        fill(tf1, session, kit.rng("frozen", "weights"))
        constant = tf1.graph_util.convert_variables_to_constants(
            session, new_graph.as_graph_def(), ["scores"]
        )
        value = session.run(logits, {image: data})
    with open(os.path.join(folder, "model.pb"), "wb") as handle:
        handle.write(constant.SerializeToString())
    rec.write_npz(os.path.join(folder, "model.golden.npz"), {"inputs/0": data, "outputs/0": value})
    return {
        "artifact": "model.pb",
        "kind": "frozen_graph",
        "golden": "model.golden.npz",
        "inputs": ["image:0"],
        "outputs": ["scores:0"],
        "expect": {"status": "migrated"},
    }


@special(
    "tf.keras-1.13 tf.keras-1.15",
    "A Saver checkpoint with its .meta graph; the variables have names, and a Keras architecture lies beside it.",
    "tf1 checkpoint name_based meta_graph",
)
def checkpoint_saver(kit, folder):
    tf1, L = kit.tf.compat.v1, kit.layers
    line = kit.Input((3,), name="line")
    x = L.BatchNormalization(name="norm")(L.Dense(4, activation="relu", name="dense")(line))
    model = kit.functional(line, L.Dense(2, name="top")(x))
    rec.draw_weights(kit, model, kit.rng("checkpoint_saver", "weights"))
    inputs = rec.draw_inputs(kit, model, kit.rng("checkpoint_saver", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    session = tf1.keras.backend.get_session()
    tf1.train.Saver().save(session, os.path.join(folder, "model.ckpt"), global_step=7)
    with open(os.path.join(folder, "model.json"), "w") as handle:
        handle.write(model.to_json())
    return {
        "artifact": "model.ckpt-7",
        "kind": "checkpoint",
        "architecture": "model.json",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }


@special(
    "tf.keras-1.15",
    "A Saver checkpoint of tf.layers with optimizer slots; only its graph shows what it computes.",
    "tf1 checkpoint name_based meta_graph optimizer_slots no_architecture",
)
def checkpoint_graph(kit, folder):
    tf1, new_graph = graph(kit)
    data = kit.rng("checkpoint_graph", "inputs").normal(size=(3, 8, 8, 2)).astype("float32")
    with new_graph.as_default(), tf1.Session() as session:
        image = tf1.placeholder(tf1.float32, [None, 8, 8, 2], name="image")
        logits = tf1.identity(convolutional(tf1, image), name="scores")
        loss = tf1.reduce_mean(tf1.square(logits))
        tf1.train.AdamOptimizer(0.01).minimize(loss, global_step=tf1.train.get_or_create_global_step())
        session.run(tf1.global_variables_initializer())
        fill(tf1, session, kit.rng("checkpoint_graph", "weights"))
        value = session.run(logits, {image: data})
        tf1.train.Saver().save(session, os.path.join(folder, "model.ckpt"), global_step=3)
    rec.write_npz(os.path.join(folder, "model.golden.npz"), {"inputs/0": data, "outputs/0": value})
    return {
        "artifact": "model.ckpt-3",
        "kind": "checkpoint",
        "golden": "model.golden.npz",
        "inputs": ["image:0"],
        "outputs": ["scores:0"],
        "expect": {"status": "blocked", "reason": "FMT"},
    }
