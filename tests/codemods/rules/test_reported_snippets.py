"""Snippets that were reported as silent, wrong or missed: what becomes of each, word for word.

Those that need more than one statement or file are tested beside their rules.
"""

from __future__ import annotations

import pytest

from codemods.testing import run

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import backend as K\n\n"
CALL = "class Own(keras.layers.Layer):\n    def call(self, x):\n        "
BUILD = "class Own(keras.layers.Layer):\n    def build(self, s):\n        "
MODEL = "model = keras.Sequential()\n"

BECOMES = {
    # other meaning, no error
    "keras.optimizers.SGD(0.1, 0.9, 1e-6, True)": (
        "keras.optimizers.SGD(keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-6), 0.9, nesterov=True)"
    ),
    "keras.preprocessing.image.load_img(path, True, (3, 4))": (
        "keras.preprocessing.image.load_img(path, target_size=(3, 4), color_mode='grayscale')"
    ),
    MODEL + "model.fit(g, steps_per_epoch=len(x) / 32)": "math.ceil(len(x) / 32)",
    MODEL + "model.compile('sgd', 'mse', metrics=['accuracy'])\nkeras.callbacks.EarlyStopping('val_acc')": (
        "keras.callbacks.EarlyStopping('val_accuracy')"
    ),
    MODEL
    + "model.compile('sgd', metrics=['accuracy'])\nkeras.callbacks.ModelCheckpoint('{val_acc:.2f}.h5')": (
        "keras.callbacks.ModelCheckpoint('{val_accuracy:.2f}.h5')"
    ),
    MODEL + "model.compile('sgd', metrics=['accuracy'])\nmodel.fit(x).history['acc']": "history['accuracy']",
    # edits that were wrong
    "keras.optimizers.Adam(1e-4, decay=1e-5)": (
        "keras.optimizers.Adam(keras.optimizers.schedules.InverseTimeDecay(1e-4, 1, 1e-5))"
    ),
    "K.random_normal((2,), std=2.0)": "keras.random.normal((2,), stddev=2.0)",
    "K.conv2d(x, k, border_mode='same')": "keras.ops.conv(x, k, padding='same')",
    "keras.callbacks.ModelCheckpoint('best_model.weights', save_weights_only=True)": (
        "keras.callbacks.ModelCheckpoint('best_model.weights.h5', save_weights_only=True)"
    ),
    "K.arange(0.0, 1.0, 0.25)": "keras.ops.arange(0.0, 1.0, 0.25)",
    CALL + "return K.batch_flatten(expensive(x))": (
        "keras.ops.reshape((x_1 := expensive(x)), (keras.ops.shape(x_1)[0], -1))"
    ),
    # what Keras 3 does not take
    CALL + "return tf.dtypes.cast(x, 'int32')": "keras.ops.cast(x, 'int32')",
    CALL + "return tf.math.softmax(x)": "keras.ops.softmax(x)",
    CALL + "return tf.nn.depth_to_space(x, 2)": "keras.ops.depth_to_space(x, 2)",
    CALL + "return tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')": (
        "keras.ops.image.extract_patches(x, (2, 2), strides=(2, 2), dilation_rate=(1, 1), padding='valid',"
    ),
    BUILD + "self.add_weight(initializer=tf.random_uniform_initializer())": (
        "self.add_weight(initializer=keras.initializers.RandomUniform())"
    ),
    CALL + "return x[:, tf.newaxis]": "x[:, None]",
    "def norm(x):\n    return tf.reduce_sum(x, axis=-1)\n\n\nnorm(keras.Input((3,)))": "keras.ops.sum(x, axis=-1)",
    "keras.callbacks.ModelCheckpoint('best')": "keras.callbacks.ModelCheckpoint('best.keras')",
    "keras.callbacks.ModelCheckpoint('w.hdf5', save_best_only=True)": (
        "keras.callbacks.ModelCheckpoint('w.h5', save_best_only=True)"
    ),
    "keras.optimizers.Adam(epsilon=None)": "keras.optimizers.Adam()",
    MODEL + "model.compile('sgd', 'cosine_proximity')": "model.compile('sgd', 'cosine_similarity')",
    MODEL
    + "model.compile('sgd', 'mse', metrics=['logcosh', 'cosine'])": "['log_cosh_error', 'cosine_similarity']",
    BUILD + "self.w = self.add_weight(name='a/b', shape=(2,), aggregation=tf.VariableAggregation.MEAN)": (
        "self.add_weight(name='a_b', shape=(2,), aggregation='mean')"
    ),
    BUILD + "self.w = self.add_weight(shape=(1,))\n        self.w.read_value()": "keras.ops.copy(self.w)",
    BUILD + "self.w = self.add_weight(shape=(1,))\n        self.w.value()": "keras.ops.copy(self.w)",
    BUILD
    + "self.w = self.add_weight(shape=(1,))\n        self.w.assign(s, read_value=False)": "self.w.assign(s)",
    BUILD + "self.w = self.add_weight(shape=(1,))\n        self.w.scatter_nd_add(i, u)": (
        "self.w.assign_add(keras.ops.scatter(i, u, self.w.shape))"
    ),
    CALL + "return x.get_shape()": "x.shape",
    CALL + "self.add_loss(K.sum(x), inputs=x)": "self.add_loss(keras.ops.sum(x))",
    CALL + "return K.cast(x, self._compute_dtype)": "keras.ops.cast(x, self.compute_dtype)",
    "run(keras.Model.fit_generator)": "run(keras.Model.fit)",
    "keras.Input(10)": "keras.Input((10,))",
    BUILD + "self.w = self.add_weight(name='w', shape=3)": "self.add_weight(name='w', shape=(3,))",
    "keras.layers.Dense(np.prod(shape))": "keras.layers.Dense(int(np.prod(shape)))",
    "keras.utils.deserialize_keras_object(d, module_objects=globals())": (
        "keras.utils.deserialize_keras_object(d, custom_objects=globals())"
    ),
    "class Own(keras.layers.Layer):\n    def __init__(self, **kw):\n        super().__init__(self, **kw)": (
        "super().__init__(**kw)"
    ),
    "layer = keras.layers.Dense(2)\nkeras.layers.Dense(3).build(layer.input_shape)": ".build(layer.input.shape)",
    "class Cell(keras.layers.Layer):\n    def __init__(self):\n        self.state_size = tf.TensorShape([3])": (
        "self.state_size = 3"
    ),
    "class Own(keras.metrics.Metric):\n    def __init__(self):\n        super().__init__()\n"
    "        self.t = self.add_weight('t', aggregation=tf.VariableAggregation.SUM)": "self.add_weight(name='t')",
    "node = keras.layers.Dense(2)._inbound_nodes[0]\nnode.layer": "node.operation",
    # what there was no counterpart for
    "K.image_dim_ordering() == 'th'": "K.image_data_format() == 'channels_first'",
    CALL + "return K.map_fn(lambda i: i * 2, x)": "keras.ops.map(lambda i: i * 2, x)",
    "keras.optimizers.Adam().minimize(loss, variables, tape=tape)": (
        "keras.optimizers.Adam().apply_gradients(zip(tape.gradient(loss, variables), variables))"
    ),
    "keras.layers.ConvLSTM2D(nb_filter=3, nb_row=2, nb_col=2, inner_activation='sigmoid')": (
        "keras.layers.ConvLSTM2D(filters=3, recurrent_activation='sigmoid', kernel_size=(2, 2))"
    ),
    "keras.layers.SeparableConv2D(3, 2, kernel_regularizer='l2')": "keras.layers.SeparableConv2D(3, 2)",
    "x = K.placeholder((None, 3))\nf = K.function([x], [x])": "f = keras_function([x], [x])",
    "keras.layers.LSTM(3, time_major=flag)(x)": "TimeMajorLSTM(3, time_major=flag)(x)",
    "if hasattr(obj, 'x'):\n    K.eval(obj.x)": "keras.ops.convert_to_numpy(obj.x)",
}


@pytest.mark.parametrize("before", BECOMES)
def test_it_is_rewritten(before: str) -> None:
    outcome = run(HEAD + before + "\n", unsafe=True)
    assert outcome.error is None
    assert BECOMES[before] in outcome.text
    assert run(outcome.text, unsafe=True).text == outcome.text


FOUND = {
    MODEL + "model.fit_generator(gen, len(X), nb_epoch=2)": "TRN003",
    "keras.Input(tensor=t)": "LAY119",
    CALL + "self.add_metric(x, name='m')": "CUS012",
    "layer = keras.layers.Dense(2)\nlayer(tf.Variable(x, dtype=tf.float64))": "CUS042",
    "class Own(keras.layers.Layer):\n    def _add_variable_with_custom_getter(self, name):\n        pass": "CUS039",
    "if hasattr(keras.optimizers, 'legacy'):\n    Base = keras.optimizers.legacy.Optimizer": "OPZ104",
    "K.set_learning_phase(0)": "BKD003",
    "K.learning_phase()": "BKD003",
}


@pytest.mark.parametrize("text", FOUND)
def test_it_is_left_to_a_person(text: str) -> None:
    outcome = run(HEAD + text + "\n", unsafe=True)
    assert FOUND[text] in {finding.code for finding in outcome.findings if not finding.applied}


STAYS = {
    "a compile of the model's own": (
        "class Own(keras.Model):\n    def compile(self, a, b, c, d, e):\n        pass\n\n\n"
        "Own().compile(1, 2, 3, 4, 5)\n"
    ),
    "an .h5 file that Keras does not write": MODEL + "model.compile('sgd', 'mse')\nopen('a.h5')\n",
    "predict_proba of an estimator": "import sklearn.svm\n\nsklearn.svm.SVC().predict_proba(x)\n",
    "an argument that is ignored on its line": "keras.optimizers.Adam(\n    lr=1,  # keras-migrate: ignore\n)\n",
}


@pytest.mark.parametrize("case", STAYS)
def test_it_stays(case: str) -> None:
    text = "import keras\n\n" + STAYS[case]
    assert run(text, unsafe=True).text == text


def test_one_argument_without_a_counterpart_costs_its_own_edit_only() -> None:
    outcome = run(HEAD + "a = K.random_normal((2,), unknown=2.0)\nb = K.sum(x)\n", unsafe=True)
    assert "b = keras.ops.sum(x)" in outcome.text
    assert outcome.error is None
    assert any(finding.line == 6 and not finding.applied for finding in outcome.findings)


def test_random_of_python_keeps_its_name() -> None:
    text = "import random\nfrom keras import backend as K\n\nx = K.random_normal((2,)) * random.random()\n"
    new = run(text).text
    assert "import random\n" in new
    assert "keras.random.normal((2,)) * random.random()" in new
    assert "from keras import random" not in new


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("import keras\n\nkeras.legacy.interfaces.legacy_dense_support\n", ["API002"]),
        ("import keras\n\nkeras.Sequential().to_yaml()\n", ["SAV006"]),
    ],
)
def test_a_thing_to_do_is_one_finding(text: str, codes: list[str]) -> None:
    assert [finding.code for finding in run(text, unsafe=True).findings] == codes


def test_an_object_that_keeps_a_file_is_one_finding() -> None:
    found = run("import tensorflow as tf\n\nx = tf.keras.layers.DenseFeatures(c)\n").findings
    assert [finding.code for finding in found if not finding.applied] == ["ECO002"]


def test_a_function_without_a_counterpart_is_one_finding_and_works_until_then() -> None:
    outcome = run("from keras import backend as K\n\nK.ctc_decode(x, n)\n", unsafe=True)
    assert "tf.keras.backend.ctc_decode(x, n)" in outcome.text
    assert [(finding.code, finding.applied) for finding in outcome.findings] == [("BKD003", False)]
    assert "until then" in outcome.findings[0].hint
