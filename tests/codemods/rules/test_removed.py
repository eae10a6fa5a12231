"""API001 to API007: names that Keras 3 lacks, each told once and where it is."""

from __future__ import annotations

import pytest

from codemods.rules.names.removed import API002
from codemods.testing import check_noop, check_transformed, run

HEIGHT = "import tensorflow as tf\naugment = tf.keras.layers.RandomHeight(0.2)\n"


def test_a_name_that_is_gone_has_a_hint() -> None:
    text = "import keras\n\n\ndef build():\n    return keras.utils.GeneratorEnqueuer\n"
    finding = check_noop(text, codes=["API001"]).findings[0]
    assert finding.message == "keras has no utils.GeneratorEnqueuer"
    assert finding.hint == "fit() takes a generator or a keras.utils.PyDataset directly"


def test_a_name_without_a_hint_of_its_own_has_that_of_the_rule() -> None:
    text = (
        "from keras.legacy.layers import ConvRecurrent2D\n\n\ndef build():\n    return ConvRecurrent2D(3)\n"
    )
    findings = [f for f in check_noop(text).findings if f.code in {"API001", "API002"}]
    assert [finding.hint for finding in findings] == [API002.manual]


def test_what_tf_keras_keeps_is_a_note_with_tensorflow() -> None:
    finding = check_noop(HEIGHT, codes=["API003"]).findings[0]
    assert "layers.RandomHeight" in finding.message
    assert "tf.keras" in finding.message
    assert finding.severity == "info"
    (elsewhere,) = (f for f in run(HEIGHT, backend="jax").findings if f.code == "API003")
    assert elsewhere.severity == "warning"


def test_what_tf_keras_keeps_is_nothing_beside_tf_keras() -> None:
    check_noop(HEIGHT, codes=[], target="tf.keras")


@pytest.mark.parametrize("target", ["keras", "tf.keras"])
def test_what_is_gone_from_both_is_told_for_both(target: str) -> None:
    text = "from tensorflow import keras\n\n\ndef build():\n    return keras.utils.GeneratorEnqueuer(data)\n"
    outcome = run(text, target=target)
    assert "API001" in [finding.code for finding in outcome.findings]


@pytest.mark.parametrize(
    "line",
    [
        "x = keras.activations.leaky_relu(y)",
        "x = keras.activations.silu(y)",
        "x = keras.utils.layer_utils",
        "x = keras.utils.np_utils",
    ],
)
def test_a_name_that_keras_3_has_again(line: str) -> None:
    outcome = run(f"import keras\n\n\ndef f(y):\n    {line}\n    return x\n")
    assert not [f for f in outcome.findings if f.code.startswith("API")]


def test_a_module_and_a_name_in_it_are_told_once() -> None:
    text = "import keras\n\n\ndef f():\n    return keras.wrappers.scikit_learn.KerasClassifier(build)\n"
    codes = [f.code for f in run(text).findings if f.code.startswith("API")]
    assert len(codes) <= 1


def test_a_module_of_internals_is_told_where_it_is_handed_around() -> None:
    text = "import keras\n\n\ndef f():\n    return keras.engine.input_spec.anything\n"
    found = run(text).findings
    assert [f.symbol for f in found if f.code == "API002"] == ["keras.engine.input_spec"]


# Stand-ins

GONE = "keras.layers.LocallyConnected1D"
STAND_IN = f'''\
class GoneLocallyConnected1D(keras.layers.Layer):
    """Stands for {GONE}, which Keras 3 lacks: a class can derive from it, but none can be made."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("Keras 3 has no {GONE}: write it, or leave out what derives from it")


'''


def test_the_first_of_two_mentions_brings_the_stand_in() -> None:
    text = "import keras\n\n\n{}CLASSES = [{}]\n\n\nclass Own({}):\n    pass\n"
    check_transformed(
        text.format("", GONE, GONE),
        text.format(STAND_IN, *2 * ["GoneLocallyConnected1D"]),
        unsafe=True,
    )


def test_another_name_of_the_same_ending_brings_none() -> None:
    text = "import keras\nimport mine\n\n\nFIRST = [mine.LocallyConnected1D]\n{}CLASSES = [{}]\n"
    outcome = run(text.format("", "keras.layers.LocallyConnected1D"), unsafe=True)
    assert outcome.text.count("class GoneLocallyConnected1D") == 1


def test_a_mention_in_a_function_before_brings_none() -> None:
    text = "import keras\n\n\ndef f():\n    return keras.layers.LocallyConnected1D\n\n\n{}CLASSES = [{}]\n"
    check_transformed(
        text.format("", "keras.layers.LocallyConnected1D"),
        text.format(STAND_IN, "GoneLocallyConnected1D"),
        unsafe=True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "import keras\n\n\ndef f():\n    return [keras.layers.LocallyConnected1D]\n",
        "import keras\n\nBUILD = lambda: [keras.layers.LocallyConnected1D]\n",
        "import keras\n\nLAYER = keras.layers.LocallyConnected1D(3, 2)\n",
        "import keras\n\nCLASSES = [keras.layers.Dense, keras.utils.Sequence]\n",
        "import keras\n\nCLASSES = [keras.preprocessing.image.Iterator]\n",
    ],
)
def test_what_stops_no_import_gets_no_stand_in(text: str) -> None:
    assert "API006" not in {finding.code for finding in run(text, unsafe=True).findings}


def test_a_decorator_is_evaluated_at_import() -> None:
    text = (
        "import keras\nimport pytest\n\n\n@pytest.mark.parametrize('cls', [keras.layers.LocallyConnected1D])\n"
        "def test_it(cls):\n    assert cls\n"
    )
    outcome = run(text, unsafe=True)
    assert "[GoneLocallyConnected1D]" in outcome.text


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("", "def f(cls={}):\n    pass\n"),
        ("", "def f(x, *, cls={}):\n    pass\n"),
        ("", "F = lambda cls={}: cls\n"),
        ("", "def f(x: {}):\n    pass\n"),
        ("", "def f(x) -> {}:\n    pass\n"),
        ("", "layer: {} = None\n"),
        ("from __future__ import division\n\n", "layer: {} = None\n"),
    ],
)
def test_defaults_and_annotations_are_evaluated_at_import(head: str, text: str) -> None:
    before = f"{head}import keras\n\n\n{text.format(GONE)}"
    after = f"{head}import keras\n\n\n{STAND_IN}{text.format('GoneLocallyConnected1D')}"
    check_transformed(before, after, unsafe=True)


@pytest.mark.parametrize(
    "text",
    [
        "from __future__ import annotations\nimport keras\n\n\ndef f(x: {}) -> {}:\n    pass\n",
        "import keras\n\n\ndef f():\n    def g(cls={}):\n        pass\n",
        "import keras\n\n\ndef f():\n    return lambda cls={}: cls\n",
        "import keras\n\n\ndef f():\n    cls: {} = None\n",
    ],
)
def test_what_is_evaluated_later_gets_no_stand_in(text: str) -> None:
    assert "API006" not in {f.code for f in run(text.replace("{}", GONE), unsafe=True).findings}


# Aliases that nothing uses


def test_an_alias_that_nothing_uses_becomes_none() -> None:
    check_transformed(
        "from tensorflow import keras\n\nengine = keras.engine\nmodels = keras.models\n",
        "import keras\n\nengine = None\nmodels = keras.models\n",
        unsafe=True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "import keras\n\nengine = keras.engine\nprint(engine)\n",
        "import keras\n\nengine = old = keras.engine\n",
        "import keras\n\nclass A:\n    engine = keras.engine\n",
        "import keras\n\nmine.engine = keras.engine\n",
        "import keras\n\nsilu = keras.activations.silu\n",
        "import keras\n\niterator = keras.preprocessing.image.Iterator\n",
    ],
)
def test_an_alias_that_something_uses_stays(text: str) -> None:
    outcome = run(text, unsafe=True)
    assert "API007" not in {finding.code for finding in outcome.findings}
    assert "= None" not in outcome.text


def test_other_names_of_classes_get_no_none() -> None:
    for name in ("metrics.cosine_proximity", "preprocessing.image.Iterator"):
        text = f"import keras\n\nalias = keras.{name}\n"
        assert not run(text, unsafe=True, select=["API007"]).findings


def test_an_alias_of_a_class_becomes_none_and_no_stand_in() -> None:
    text = "from keras.layers import Dense\nimport keras\n\nlocal = {}\nlayer = Dense(3)\n"
    check_transformed(text.format(GONE), text.format("None").replace("import keras\n", ""), unsafe=True)


def test_a_class_that_derives_from_one_that_is_gone_is_named() -> None:
    text = "import keras\n\n\nclass Own(keras.layers.LocallyConnected1D):\n    pass\n"
    (finding,) = run(text, select=["API006"]).findings
    assert finding.message.startswith(f"Own derives from {GONE}")
    assert not run(text.replace(GONE, "keras.preprocessing.image.Iterator"), select=["API006"]).findings


def test_a_stand_in_that_is_there_is_used() -> None:
    text = f"import keras\n\n\n{STAND_IN}CLASSES = [{{}}]\n"
    check_transformed(text.format(GONE), text.format("GoneLocallyConnected1D"), unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        "class Own(keras.preprocessing.image.Iterator):\n    pass",
        "CLASSES = [keras.preprocessing.image.Iterator]",
        "iterator = keras.preprocessing.image.Iterator",
    ],
)
def test_what_tf_keras_keeps_is_told_wherever_it_is_named(line: str) -> None:
    found = run(f"from tensorflow import keras\n\n\n{line}\n", select=["API"]).findings
    assert [f.code for f in found] == ["API003"]


def test_what_is_gone_is_an_error_by_whatever_name_it_is_reached() -> None:
    text = "import tensorflow as tf\n\n\ndef f():\n    return tf.keras.utils.GeneratorEnqueuer\n"
    assert [f.severity for f in run(text, select=["API"]).findings] == ["error"]
