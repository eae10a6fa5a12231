"""Variables, inputs, checkpoints: members and arguments that Keras 3 lacks, and what only looks like them."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Fix

CLASS = (
    "import keras\n\n\nclass Scale(keras.layers.Layer):\n    def build(self, input_shape):\n"
    "        self.w = self.add_weight(shape=(3,), name='w')\n        self.d = {}\n\n    def call(self, x):\n"
)


def last(text: str, *, unsafe: bool = False) -> str:
    return run(text, unsafe=unsafe).text.splitlines()[-1].strip()


CHANGED = {
    "return self.w.read_value()": "return keras.ops.copy(self.w)",
    "return self.w.value()": "return keras.ops.copy(self.w)",
    "return self.w.get_shape()": "return self.w.shape",
    "self.w.assign(x, read_value=False)": "self.w.assign(x)",
    "self.w.scatter_nd_sub([[0]], x)": (
        "self.w.assign_sub(keras.ops.scatter(keras.ops.convert_to_tensor([[0]]), x, self.w.shape))"
    ),
    "self.w.scatter_nd_add(i, x)": "self.w.assign_add(keras.ops.scatter(i, x, self.w.shape))",
}


@pytest.mark.parametrize("line", CHANGED)
def test_members_of_weights(line: str) -> None:
    assert last(f"{CLASS}        {line}\n") == CHANGED[line]


KEPT = [
    "return self.d.value()",
    "self.w.assign(x)",
    "return other.read_value()",
    "return self.w.value(1)",
    "f(x).value()",
]


@pytest.mark.parametrize("line", KEPT)
def test_members_of_other_objects_stay(line: str) -> None:
    assert last(f"{CLASS}        {line}\n", unsafe=True) == line


WEIGHTS = {
    "self.add_weight(shape=(3,), name='a/b')": "self.add_weight(shape=(3,), name='a_b')",
    "self.add_weight(shape=(3,), aggregation=tf.VariableAggregation.SUM)": (
        "self.add_weight(shape=(3,), aggregation='sum')"
    ),
    "self.add_weight(shape=(3,), aggregation='sum')": "self.add_weight(shape=(3,), aggregation='sum')",
    "self.add_weight(shape=(3,), aggregation=x)": "self.add_weight(shape=(3,), aggregation=x)",
}


@pytest.mark.parametrize("line", WEIGHTS)
def test_arguments_of_weights(line: str) -> None:
    head = "import tensorflow as tf\nimport keras\n\n\nclass Own(keras.layers.Layer):\n    def build(self, shape):\n"
    assert last(f"{head}        {line}\n") == WEIGHTS[line]


def test_metrics_take_no_aggregation() -> None:
    head = "import keras\n\n\nclass Own(keras.metrics.Metric):\n    def __init__(self):\n        super().__init__()\n"
    assert (
        last(head + "        self.add_weight(name='a', aggregation='sum')\n") == "self.add_weight(name='a')"
    )


def test_losses_take_no_inputs() -> None:
    assert last(CLASS + "        self.add_loss(x, inputs=x)\n") == "self.add_loss(x)"


def test_self_is_given_once() -> None:
    head = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def __init__(self, **kw):\n"
    assert last(head + "        super().__init__(self, **kw)\n") == "super().__init__(**kw)"
    other = head.replace("keras.layers.Layer", "Base")
    assert last(other + "        super().__init__(self, **kw)\n") == "super().__init__(self, **kw)"


def test_the_compute_dtype() -> None:
    assert last(CLASS + "        return self._compute_dtype\n") == "return self.compute_dtype"
    own = CLASS + "        self._compute_dtype = 3\n        return self._compute_dtype\n"
    assert last(own) == "return self._compute_dtype"
    assert last("import keras\nthing._compute_dtype\n") == "thing._compute_dtype"


INPUTS = {
    "keras.Input(10)": "keras.Input((10,))",
    "keras.Input(shape=3)": "keras.Input(shape=(3,))",
    "keras.Input((3,))": "keras.Input((3,))",
    "keras.Input(n)": "keras.Input(n)",
    "keras.layers.Dense(np.prod(s))": "keras.layers.Dense(int(np.prod(s)))",
    "keras.layers.Dense(int(np.prod(s)))": "keras.layers.Dense(int(np.prod(s)))",
    "keras.layers.Dropout(np.max(s))": "keras.layers.Dropout(np.max(s))",
}


@pytest.mark.parametrize("line", INPUTS)
def test_shapes_and_numbers(line: str) -> None:
    assert last(f"import keras\nimport numpy as np\n{line}\n") == INPUTS[line]


def test_inputs_of_tensors() -> None:
    found = run("import keras\na = keras.Input(tensor=t)\n").findings
    assert [(f.code, f.fix) for f in found] == [("LAY119", Fix.MANUAL)]
    check_noop(
        "import keras\na = keras.Input(tensor=None)\nb = keras.Input(tensor=keras.Input((3,)))\n", codes=()
    )


PATHS = {
    "best": "best.keras",
    "w.hdf5": "w.h5",
    "w.h5": "w.h5",
    "w.keras": "w.keras",
    "w-{epoch}": "w-{epoch}.keras",
}


@pytest.mark.parametrize("path", PATHS)
def test_endings_of_checkpoints(path: str) -> None:
    head = "import keras\nkeep = keras.callbacks.ModelCheckpoint('{}')\nm = keras.models.load_model('{}')\n"
    assert run(head.format(path, path), unsafe=True).text == head.format(PATHS[path], PATHS[path])
    assert "SAV015" not in {f.code for f in run(head.format(path, path)).findings if f.applied}


def test_checkpoints_of_weights_have_another_rule() -> None:
    for given in ("True", "only"):
        text = f"import keras\nkeep = keras.callbacks.ModelCheckpoint('best', save_weights_only={given})\n"
        assert "SAV015" not in {f.code for f in run(text).findings}


FUNCTIONS = {
    "K.function([a], [b])": "keras_function([a], [b])",
    "K.function([a, K.learning_phase()], [b])": "keras_function([a], [b], phase=1)",
    "K.function([a], [b], updates=u)": "K.function([a], [b], updates=u)",
}


@pytest.mark.parametrize("call", FUNCTIONS)
def test_functions_of_arrays(call: str) -> None:
    text = run(f"from keras import backend as K\nf = {call}\ng = {call}\n", unsafe=True).text
    assert text.splitlines()[-1] == f"g = {FUNCTIONS[call]}"
    assert text.count("def keras_function") == (0 if "updates" in call else 1)


HELPER = (
    "import tensorflow as tf\nimport keras\n\n\ndef f(x):\n    return tf.reduce_sum(x[:, tf.newaxis])\n\n\n"
)


GRADIENTS = (
    "from keras import backend as K\n\n\n"
    "def f(loss, x, layer):\n    g = K.gradients(loss, {})[0]\n    return {}\n"
)


@pytest.mark.parametrize("by", ["x", "[x, layer.output]"])
def test_gradients_of_a_functional_graph(by: str) -> None:
    text = run(GRADIENTS.format(by, "K.function([x], [g])"), unsafe=True).text
    assert f"g = keras_gradients(loss, {by})[0]" in text
    assert text.count("def keras_gradients") == 1
    assert text.index("import tensorflow as tf") < text.index("def keras_gradients")


@pytest.mark.parametrize(
    ("by", "made"),
    [
        ("x", "K.square(g)"),
        ("layer.trainable_weights", "K.function([x], [g])"),
        ("x", "K.function([x], [g], updates=u)"),
    ],
)
def test_gradients_that_no_graph_of_tensors_has_are_for_a_person(by: str, made: str) -> None:
    outcome = run(GRADIENTS.format(by, made), unsafe=True)
    assert f"K.gradients(loss, {by})" in outcome.text.replace("keras.backend.", "K.").replace("tf.K.", "K.")
    assert "BKD003" in {finding.code for finding in outcome.findings if not finding.applied}


def test_a_function_that_is_given_a_symbolic_tensor_is_keras_code() -> None:
    assert "keras.ops.sum(x[:, None])" in run(HELPER + "y = f(keras.Input((3,)))\n").text
    assert "tf.reduce_sum(x[:, tf.newaxis])" in run(HELPER + "y = f(data)\n").text


def test_minimize_with_a_tape() -> None:
    head = "import keras\nopt = keras.optimizers.Adam()\n"
    assert (
        last(head + "opt.minimize(loss, v, tape=t)\n") == "opt.apply_gradients(zip(t.gradient(loss, v), v))"
    )
    assert last(head + "opt.minimize(loss, v)\n") == "opt.minimize(loss, v)"
    assert last("import keras\nopt.minimize(loss, v, tape=t)\n") == "opt.minimize(loss, v, tape=t)"


COMPILED = {
    "'logcosh'": "'log_cosh'",
    "loss={'a': 'kullback_leibler_divergence'}": "loss={'a': 'kl_divergence'}",
    "'mse', metrics=['cosine_proximity']": "'mse', metrics=['cosine_similarity']",
    "'mse', metrics=['log_cosh_error']": "'mse', metrics=['log_cosh_error']",
}


@pytest.mark.parametrize("given", COMPILED)
def test_names_of_losses_and_metrics(given: str) -> None:
    head = "import keras\nm = keras.Sequential()\n"
    assert last(f"{head}m.compile('sgd', {given})\n", unsafe=True) == f"m.compile('sgd', {COMPILED[given]})"
    assert last(f"import keras\nm.compile('sgd', {given})\n", unsafe=True) == f"m.compile('sgd', {given})"


def test_metrics_by_other_names_wait_to_be_asked_for() -> None:
    text = "import keras\nm = keras.Sequential()\nm.compile('sgd', 'mse', metrics=['cosine_proximity'])\n"
    assert [(f.code, f.applied) for f in run(text).findings] == [("LSS104", False)]


def test_convolutional_recurrence_of_keras_1() -> None:
    text = "import keras\nkeras.layers.ConvLSTM2D(nb_filter=3, nb_row=2, nb_col=2)\n"
    assert last(text) == "keras.layers.ConvLSTM2D(filters=3, kernel_size=(2, 2))"


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("np.random.uniform(size=(2, 2))", True),
        ("np.random.randn(2, 2)", True),
        ("np.random.randint(3, size=2)", False),
        ("np.linspace(0, 1, 5, dtype='float32')", False),
        ("np.linspace(0, 1, 5)", True),
        ("np.linspace(0, 1, 5), dtype='float32'", False),
        ("np.float32(np.random.randn(2))", False),
        ("own.random.randn(2, 2)", False),
    ],
)
def test_a_variable_of_what_numpy_makes_is_of_float64(made: str, found: bool) -> None:
    head = "import keras\nimport numpy as np\nimport tensorflow as tf\n\nlayer = keras.layers.Dense(2)\n"
    values = [f"layer(tf.Variable({made}))\n"]
    if "dtype" not in made:
        values.append(f"array = {made}\nx = tf.Variable(array)\nlayer(x)\n")
    for text in values:
        assert [f.code for f in run(head + text).findings if f.code == "CUS042"] == ["CUS042"] * found


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("os.path.join(d, 'best.hdf5')", "os.path.join(d, 'best.h5')"),
        ("d + '/best'", "d + '/best.keras'"),
        ("f'{d}/best.hdf5'", "f'{d}/best.h5'"),
        ("'{}/best.hdf5'.format(d)", "'{}/best.h5'.format(d)"),
        ("d + '/best.h5'", "d + '/best.h5'"),
        ("d", "d"),
        ("f'{d}/{name}'", "f'{d}/{name}'"),
        ("name_of(d)", "name_of(d)"),
    ],
)
def test_the_end_of_a_path_of_checkpoints_that_is_put_together(path: str, new: str) -> None:
    for before, after in (
        (f"ModelCheckpoint({path}, save_best_only=True)\n", f"ModelCheckpoint({new}, save_best_only=True)\n"),
        (f"path = {path}\nModelCheckpoint(path)\n", f"path = {new}\nModelCheckpoint(path)\n"),
    ):
        head = "import os\nfrom keras.callbacks import ModelCheckpoint\n\n"
        outcome = run(head + before, unsafe=True)
        assert outcome.text == head + after
        assert ("SAV015" in {f.code for f in outcome.findings}) is (path != new)
        assert run(head + before).text == head + before


def test_a_path_of_checkpoints_that_is_opened_as_well_stays() -> None:
    text = "import keras\n\npath = d + '/best.hdf5'\nopen(path)\nkeras.callbacks.ModelCheckpoint(path)\n"
    assert run(text, unsafe=True).text == text


def test_a_path_of_weights_is_none_of_models() -> None:
    text = "import keras\n\nkeras.callbacks.ModelCheckpoint(d + '/best.hdf5', save_weights_only=only)\n"
    assert run(text, unsafe=True).text == text


MADE = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom other import f, g\n\n\n"
BUILT = (
    MADE
    + "class Own({}):\n    def build(self, s):\n        self.w = {}\n\n    def call(self, x):\n        {}\n"
)


def built(line: str, made: str = "self.add_weight(shape=(3,))", base: str = "keras.layers.Layer") -> str:
    return BUILT.format(base, made, line)


MAKERS = [
    "self.add_weight(shape=(3,))",
    "self.add_variable('w', (3,))",
    "tf.Variable(f)",
    "keras.Variable(f)",
]


@pytest.mark.parametrize("made", MAKERS)
def test_what_makes_a_variable(made: str) -> None:
    text = run(built("return self.w.value()", made), select=["CUS036"]).text
    assert text.endswith("return keras.ops.copy(self.w)\n")


@pytest.mark.parametrize(
    "text",
    [
        built("return self.v.value()"),
        built("return f.w.value()"),
        built("return w.value()"),
        built("return self.w().value()"),
        built("return self.w.value(1)"),
        built("return self.w.value(a=1)"),
        built("return self.w.get_shape(1)"),
        built("self.w.assign(x)"),
        built("self.w.assign(x, other=1)"),
        built("return self.w.value()", "f.add_weight(shape=(3,))"),
        built("return self.w.value()", "f(3)"),
        built("return self.w.value()", "f"),
        built("return self.w.value()", "add_weight(shape=(3,))"),
        built("return self.w.value()", "self.add_weight(shape=(3,))\n        self.w = f"),
        built("return self.w.value()").replace("self.w =", "f.v ="),
        built("return self.w.value()").replace("self.w =", "w ="),
        MADE + "w = tf.Variable(f)\nw.value()\n",
        MADE + "self = f\nself.w = tf.Variable(f)\nself.w.value()\n",
    ],
)
def test_what_is_no_variable_of_a_layer_stays(text: str) -> None:
    check_noop(text, select=["CUS036"], unsafe=True, codes=[])


@pytest.mark.parametrize("line", ["self.w.scatter_nd_add(x)", "self.w.scatter_nd_add(updates=x)"])
def test_a_scatter_without_its_parts_is_for_a_person(line: str) -> None:
    check_noop(built(line), select=["CUS036"], unsafe=True, codes=["CUS036"])


def test_references_of_tensors_and_of_others() -> None:
    text = run(built("return self.w.ref()"), select=["CUS041"], unsafe=True).text
    assert text.endswith("return id(self.w)\n")
    tensor = MADE + "x = keras.Input((3,))\n{}\n"
    assert run(tensor.format("x.ref()"), select=["CUS041"], unsafe=True).text == tensor.format("id(x)")
    check_noop(built("return x.ref()"), select=["CUS041"], unsafe=True, codes=["CUS041"])
    check_noop(built("return self.w.ref().deref()"), select=["CUS041"], unsafe=True, codes=["CUS041"])
    check_noop(MADE + "thing.ref()\n", select=["CUS041"], unsafe=True, codes=["CUS041"])
    for line in ("self.w.ref(1)", "self.w.ref(a=1)", "keras.ref()", "thing().ref()", "ref()"):
        check_noop(MADE + f"{line}\n" if "self" not in line else built(line), select=["CUS041"], codes=[])


DOUBLES = [
    "tf.Variable(f, dtype=tf.float64)",
    "tf.Variable(f, dtype='float64')",
    "tf.Variable(np.linspace(0, 1))",
]
DOUBLES += ["tf.Variable(np.random.rand(3))", "tf.Variable(initial_value=np.random.normal(size=3))"]


@pytest.mark.parametrize("made", DOUBLES)
def test_doubles_that_a_layer_is_given_are_found(made: str) -> None:
    for use in ("layer({})", "v = {}\nlayer(v)", "def go():\n    v = {}\n    return layer(v)"):
        text = MADE + "layer = keras.layers.Dense(1)\n" + use.format(made) + "\n"
        check_noop(text, select=["CUS042"], codes=["CUS042"])


@pytest.mark.parametrize(
    "use",
    [
        "layer(tf.Variable(f))",
        "layer(tf.Variable(f, dtype=tf.float32))",
        "layer(tf.Variable(f, dtype=f))",
        "layer(tf.Variable(np.zeros(3)))",
        "layer(tf.Variable(f.linspace(0, 1)))",
        "layer(tf.Variable(np.linspace(0, 1, dtype='float32')))",
        "layer(tf.Variable(np.linspace(0, 1, **f)))",
        "layer(tf.Variable(np.linspace))",
        "layer(tf.Variable(a))",
        "a = np.linspace(0, 1)\na = f\nlayer(tf.Variable(a))",
        "f(tf.Variable(f, dtype=tf.float64))",
        "layer(f, mask=tf.Variable(f, dtype=tf.float64))",
        "v = tf.Variable(f, dtype=tf.float64)\nf(v)",
        "v = tf.Variable(f, dtype=tf.float64)\nlayer(w)",
        "f.v = tf.Variable(f, dtype=tf.float64)\nlayer(f.v)",
        "def go():\n    v = tf.Variable(f, dtype=tf.float64)\n\n\ndef other(v):\n    layer(v)",
    ],
)
def test_doubles_elsewhere_stay(use: str) -> None:
    check_noop(f"{MADE}layer = keras.layers.Dense(1)\n{use}\n", select=["CUS042"], codes=[])
