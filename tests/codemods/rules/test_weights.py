"""Weights of layers, metrics and models: whose ``add_weight`` it is, which arguments, and which variables stay."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "import keras\nimport tensorflow as tf\nfrom other import f, g\n\n\nclass Own({}):\n    def build(self, s):\n"
LAYER = HEAD.format("keras.layers.Layer")
METRIC = HEAD.format("keras.metrics.Metric")
SELECT = ["CUS001", "CUS002", "CUS003", "CUS023"]

REWRITTEN = {
    "a name in front": ("self.add_weight('w', (1,))", "self.add_weight(name='w', shape=(1,))"),
    "a name that is put together": (
        "self.add_weight(f'{s}w', (1,))",
        "self.add_weight(name=f'{s}w', shape=(1,))",
    ),
    "a name in a variable": ("self.add_weight(f, shape=(1,))", "self.add_weight(name=f, shape=(1,))"),
    "an older method": ("self.add_variable(shape=(1,))", "self.add_weight(shape=(1,))"),
    "arguments that left": (
        "self.add_weight(shape=(1,), use_resource=f, synchronization=g, partitioner=f)",
        "self.add_weight(shape=(1,))",
    ),
    "an argument that was renamed": (
        "self.add_weight(shape=(1,), experimental_autocast=f)",
        "self.add_weight(shape=(1,), autocast=f)",
    ),
    "an aggregation": (
        "self.add_weight(shape=(1,), aggregation=tf.VariableAggregation.SUM)",
        "self.add_weight(shape=(1,), aggregation='sum')",
    ),
    "slashes in a name": (
        "self.add_weight(name='a/b', shape=(1,))",
        "self.add_weight(name='a_b', shape=(1,))",
    ),
    "slashes between fields": (
        "self.add_weight(name=f'{s}/b', shape=(1,))",
        "self.add_weight(name=f'{s}_b', shape=(1,))",
    ),
}


@pytest.mark.parametrize("case", REWRITTEN)
def test_a_weight_of_a_layer(case: str) -> None:
    before, after = REWRITTEN[case]
    assert _last_line(f"{LAYER}        {before}\n") == after


def _last_line(text: str) -> str:
    """What becomes of the last line, in one kind of quotes."""
    return run(text, select=SELECT).text.splitlines()[-1].strip().replace('"', "'")


@pytest.mark.parametrize(
    "line",
    [
        "self.add_weight((1,), 'zeros')",
        "self.add_weight(f, name='w')",
        "self.add_weight(f, name='w', shape=(1,))",
        "self.add_weight([1], shape=(1,))",
        "self.add_weight(5, shape=(1,))",
        "self.add_weight(*f, shape=(1,))",
        "self.add_weight('w', *f)",
        "self.add_weight('w', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
        "self.add_weight(shape=(1,), aggregation='sum')",
        "self.add_weight(shape=(1,), aggregation=f)",
        "self.add_weight(shape=(1,))",
        "self.add_weight(name='w', shape=(1,))",
        "self.add_weight(name=f'{s / 2}/b', shape=(1,))",
        "self.add_weight(name=f('a/b'), shape=(1,))",
        "add_weight('w', (1,))",
        "f.add_weight('w', (1,))",
    ],
)
def test_a_weight_without_anything_old_stays(line: str) -> None:
    check_noop(f"{LAYER}        {line}\n", select=SELECT, codes=[])


def test_a_weight_in_call_is_made_with_each_call() -> None:
    text = LAYER.replace("build", "call") + "        self.add_weight(shape=(1,))\n"
    check_noop(text, select=SELECT, codes=["CUS023"])
    check_noop(text.replace("layers.Layer", "metrics.Metric"), select=SELECT, codes=[])
    check_noop(
        "import keras\nlayer = keras.layers.Dense(1)\nlayer.add_weight(shape=(1,))\n", select=SELECT, codes=[]
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.add_weight('w', (1,), aggregation=f)", "self.add_weight(name='w', shape=(1,))"),
        ("self.add_weight('w', (1,), f)", "self.add_weight(name='w', shape=(1,))"),
    ],
)
def test_a_weight_of_a_metric(before: str, after: str) -> None:
    assert _last_line(f"{METRIC}        {before}\n") == after


VARIABLES = {
    "a value": ("self.w = tf.Variable(f)", "self.w = keras.Variable(f)"),
    "a number": ("self.w = tf.Variable(1)", 'self.w = keras.Variable(1, dtype="int32")'),
    "a truth": ("self.w = tf.Variable(True)", 'self.w = keras.Variable(True, dtype="bool")'),
    "a number of a dtype": ("self.w = tf.Variable(1, dtype=f)", "self.w = keras.Variable(1, dtype=f)"),
    "keywords": (
        "self.w = tf.Variable(initial_value=f, trainable=g, name='a')",
        "self.w = keras.Variable(initializer=f, trainable=g, name='a')",
    ),
}


@pytest.mark.parametrize("base", ["keras.layers.Layer", "keras.Model", "keras.metrics.Metric"])
@pytest.mark.parametrize("case", VARIABLES)
def test_a_variable_of_a_layer(base: str, case: str) -> None:
    before, after = VARIABLES[case]
    head = HEAD.format(base)
    changed = head.replace("import tensorflow as tf\n", "")
    check_transformed(
        f"{head}        {before}\n", f"{changed}        {after}\n", select=["CUS006", "IMP"], unsafe=True
    )


@pytest.mark.parametrize(
    "line",
    [
        "self.w = tf.Variable(*f)",
        "self.w = tf.Variable(**f)",
        "self.w = tf.Variable(f, g)",
        "self.w = tf.Variable(f, shape=g)",
        "self.w = tf.Variable(f, validate_shape=g)",
    ],
)
def test_a_variable_with_more_is_a_finding(line: str) -> None:
    check_noop(f"{LAYER}        {line}\n", select=["CUS006"], codes=["CUS006"], unsafe=True)


@pytest.mark.parametrize(
    "text",
    [
        LAYER + "        w = tf.Variable(f)\n",
        LAYER + "        f.w = tf.Variable(f)\n",
        LAYER + "        self.f.w = tf.Variable(f)\n",
        LAYER + "        self.w = self.v = tf.Variable(f)\n",
        LAYER + "        self.w: f = tf.Variable(f)\n",
        LAYER + "        self.w = [tf.Variable(f)]\n",
        LAYER + "        tf.Variable(f)\n",
        HEAD.format("f.Base") + "        self.w = tf.Variable(f)\n",
        "import tensorflow as tf\n\n\ndef build(self):\n    self.w = tf.Variable(1.0)\n",
    ],
)
def test_a_variable_elsewhere_stays(text: str) -> None:
    check_noop(text, select=["CUS006"], codes=[], unsafe=True)


def test_a_question_for_variables_is_asked_for_both() -> None:
    line = "        return isinstance(s, {})\n"
    check_transformed(
        LAYER + line.format("tf.Variable"),
        LAYER + line.format("(tf.Variable, keras.Variable)"),
        select=["CUS022"],
        unsafe=True,
    )


@pytest.mark.parametrize(
    "text",
    [
        LAYER + "        return issubclass(s, tf.Variable)\n",
        LAYER + "        return f.isinstance(s, tf.Variable)\n",
        LAYER + "        return isinstance(tf.Variable, s)\n",
        LAYER + "        return tf.Variable\n",
        "import tensorflow as tf\nfrom tensorflow import Variable\nisinstance(x, tf.Variable)\n",
    ],
)
def test_other_uses_of_the_class_stay(text: str) -> None:
    check_noop(text, select=["CUS022"], codes=[], unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        "self.add_weight(f, name='w')",
        "self.add_weight(f.name)",
        "self.add_weight(f)",
        "self.add_weight(f, shape=(1,), name='w')",
        "self.w = tf.Variable",
    ],
)
def test_a_first_argument_that_may_be_a_shape_stays(line: str) -> None:
    check_noop(f"{LAYER}        {line}\n", select=SELECT, codes=[])


def test_a_weight_outside_of_a_function_stays() -> None:
    made = "layer = keras.layers.Dense(1)\nlayer.add_weight(shape=(1,))\n"
    check_noop(f"import keras\n{made}", select=SELECT, codes=[])


def test_a_variable_without_a_value_keeps_its_arguments() -> None:
    before, after = "self.w = tf.Variable(dtype=f)", "self.w = keras.Variable(dtype=f)"
    changed = LAYER.replace("import tensorflow as tf\n", "")
    check_transformed(
        f"{LAYER}        {before}\n", f"{changed}        {after}\n", select=["CUS006", "IMP"], unsafe=True
    )


def test_an_import_of_the_class_stays() -> None:
    text = LAYER.replace("import tensorflow as tf\n", "from tensorflow import Variable\n")
    check_noop(f"{text}        return s\n", select=["CUS022"], codes=[], unsafe=True)
