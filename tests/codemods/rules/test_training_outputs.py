"""Losses, metrics and outputs of models: which calls say how many there are, and what strings and numbers mean."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom other import f, g\nm = keras.Model(f, g)\n"
FREE = HEAD.replace("import tensorflow as tf\n", "")


def found(lines: str, code: str, version: str = "3.15") -> list[tuple[Fix, bool]]:
    outcome = run(HEAD + lines, select=[code], unsafe=True, version=version)
    assert outcome.error is None, outcome.error
    return [(f.fix, f.applied) for f in outcome.findings]


def last(line: str, code: str) -> str:
    """What becomes of a line, in one kind of quotes."""
    return run(f"{HEAD}{line}\n", select=[code], unsafe=True).text.splitlines()[-1].replace('"', "'")


def stays(lines: str, *codes: str, version: str = "3.15") -> None:
    check_noop(HEAD + lines, select=codes, unsafe=True, codes=[], version=version)


SEVERAL = [
    "m.compile(f, [f, g], loss_weights=w)",
    "m.compile(f, {'a': f, 'b': g}, loss_weights=w)",
    "m.compile(f, 'mse', loss_weights=[1, 2])",
    "m.compile(f, 'mse', loss_weights={'a': 1, 'b': 2})",
    "n = keras.Model(f, [f, g])\nn.compile(f, f, loss_weights=w)",
    "n = keras.Model(f, outputs=(f, g))\nn.compile(f, f, loss_weights=w)",
    "n = keras.models.Model(input=f, output=[f, g])\nn.compile(f, f, loss_weights=w)",
]


@pytest.mark.parametrize("lines", SEVERAL)
def test_several_outputs_are_seen(lines: str) -> None:
    assert found(f"{lines}\n", "TRN021", "3.4")
    assert found(f"{lines}\n", "TRN022", "3.6")


@pytest.mark.parametrize(
    "lines",
    [
        "m.compile(f, 'mse', loss_weights=[1])",
        "m.compile(f, 'mse', loss_weights=f)",
        "m.compile(f, [f], loss_weights=f)",
        "m.compile(f, [*f, g])",
        "m.compile(f, {'a': f, **g})",
        "m.compile(f, loss_weights=[1, 2])",
        "m.compile(f, [f, g], **g)",
        "m.compile(*f, loss=[f, g])",
        "f.compile(f, [f, g])",
        "compile(f, [f, g])",
        "n = keras.Model(f, g)\nn.compile(f, f)",
        "n = keras.Model(f, [f, g])\nn = keras.Model(f, g)\nn.compile(f, f)",
        "n = keras.Sequential([f, g])\nn.compile(f, f)",
        "n = keras.Sequential([f, g], [f, g])\nn.compile(f, f)",
        "keras.Model(f, [f, g]).compile(f, f)",
        "n = [f, g]\nn.compile(f, f)",
    ],
)
def test_one_output_or_an_unknown_number_stays(lines: str) -> None:
    for code, version in (("TRN013", "3.15"), ("TRN021", "3.4"), ("TRN022", "3.6"), ("TRN023", "3.15")):
        stays(f"{lines}\n", code, version=version)


def test_weights_are_not_missed_where_there_are_none() -> None:
    stays("m.compile(f, [f, g])\n", "TRN022", version="3.6")


def test_one_loss_is_repeated() -> None:
    assert (
        last("m.compile(f, 'mse', loss_weights=[1, 2])", "TRN023")
        == "m.compile(f, ['mse'] * 2, loss_weights=[1, 2])"
    )
    for line in (
        "m.compile(f, f, loss_weights=[1, 2])",
        "m.compile(f, 5, loss_weights=[1, 2])",
        "m.compile(f, ['mse', 'mae'], loss_weights=[1, 2])",
    ):
        stays(f"{line}\n", "TRN023")
    stays("n = keras.Model(f, [f, g])\nn.compile(f, 'mse')\n", "TRN023")
    stays("n = keras.Model(f, [f, g])\nn.compile(f, 'mse', loss_weights=[1])\n", "TRN023")


def test_metrics_are_given_for_each_output() -> None:
    line = "m.compile(f, [f, g], metrics={})"
    assert last(line.format("['acc']"), "TRN013") == line.format("[['acc'], ['acc']]")
    for metrics in ("[]", "f", "[f]", "['acc', f]", "[['acc'], ['acc']]", "{'a': 'acc'}", "'acc'"):
        stays(f"{line.format(metrics)}\n", "TRN013")
    stays("m.compile(f, [f, g])\n", "TRN013")


NUMBERS = {
    "float(m.predict(f))": "float(m.predict(f).item())",
    "int(m.predict(f)[0])": "int(m.predict(f)[0].item())",
    "y = m.predict(f); float(y)": "y = m.predict(f); float(y.item())",
    "y = m.predict(f); int(y[0])": "y = m.predict(f); int(y[0].item())",
}


@pytest.mark.parametrize("line", NUMBERS)
def test_a_prediction_is_made_a_number(line: str) -> None:
    assert last(line, "TRN040") == NUMBERS[line]


@pytest.mark.parametrize(
    "lines",
    [
        "float(f.predict(g))",
        "float(keras.layers.Dense(1).predict(g))",
        "float(m.predict(f)[f])",
        "float(m.predict(f)[0][0])",
        "float(f[m.predict(f)])",
        "str(m.predict(f))",
        "f.float(m.predict(f))",
        "int(m.predict(f), 2)",
        "int(2, m.predict(f))",
        "float(x=m.predict(f))",
        "from other import float\nfloat(m.predict(f))",
        "y = z = m.predict(f)\nfloat(y)",
        "y, z = m.predict(f)\nfloat(y)",
        "f.y = m.predict(f)\nfloat(f.y)",
        "y = m.predict(f)\ny = f\nfloat(y)",
        "y = m.predict(f)\nfloat(z)",
        "y = m.predict(f)\nfloat(f(y))",
        "y = [m.predict(f)]\nfloat(y)",
    ],
)
def test_other_numbers_stay(lines: str) -> None:
    stays(f"{lines}\n", "TRN040")


def test_a_prediction_of_another_function_stays() -> None:
    stays("def a():\n    y = m.predict(f)\n\n\ndef b(y):\n    return float(y)\n", "TRN040")


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("NONE", "none"),
        ("SUM", "sum"),
        ("SUM_OVER_BATCH_SIZE", "sum_over_batch_size"),
        ("AUTO", "sum_over_batch_size"),
    ],
)
def test_reductions_are_strings(name: str, new: str) -> None:
    assert last(f"f(keras.losses.Reduction.{name})", "LSS101") == f"f('{new}')"
    text = f"f(tf.keras.losses.Reduction.{name})"
    outcome = run(f"import tensorflow as tf\n{text}\n", target="tf.keras", select=["LSS101"])
    assert (text in outcome.text) is (name != "AUTO") or f"f('{new}')" in outcome.text.replace('"', "'")
    stays("f(keras.losses.Reduction.OTHER)\n", "LSS101")
    stays("from keras.losses import Reduction\nf(g.Reduction.NONE)\n", "LSS101")


AUTO = "class Own({}):\n    def __init__(self, x, {}):\n        super().__init__({})\n"


def test_auto_is_written_out() -> None:
    made = "keras.losses.MeanSquaredError({}='{}')"
    assert last(made.format("reduction", "auto"), "LSS102") == made.format("reduction", "sum_over_batch_size")
    for line in (made.format("name", "auto"), made.format("reduction", "sum"), "f.Loss(reduction='auto')"):
        stays(f"{line}\n", "LSS102")
    base = "keras.losses.Loss"
    for given, called in (("reduction='auto'", "name=x"), ("a=1", "reduction='auto'")):
        text = AUTO.format(base, given, called)
        check_transformed(HEAD + text, HEAD + text.replace("auto", "sum_over_batch_size"), select=["LSS102"])
    for given, called in (
        ("name='auto'", "name=x"),
        ("reduction='sum'", "reduction=x"),
        ("a=1", "name='auto'"),
    ):
        stays(AUTO.format(base, given, called), "LSS102")
    stays(AUTO.format("f.Loss", "reduction='auto'", "reduction='auto'"), "LSS102")
    stays(AUTO.format(base, "reduction='auto'", "name=x").replace("__init__(self", "other(self"), "LSS102")
    stays(AUTO.format(base, "a=1", "reduction='auto'").replace("super().__init__", "f.__init__"), "LSS102")


def test_an_accuracy_is_one_number_for_a_sample() -> None:
    call = "keras.metrics.binary_accuracy(f, g, threshold=0.3)"
    assert last(call, "LSS103") == f"keras.ops.mean({call}, axis=-1)"
    assert last(f"f({call})", "LSS103") == f"f(keras.ops.mean({call}, axis=-1))"
    for line in (f"np.mean({call})", f"keras.ops.mean({call})", "keras.metrics.binary_accuracy(*f)"):
        stays(f"{line}\n", "LSS103")
    stays(f"tf.reduce_mean({call})\n", "LSS103")
    stays("keras.metrics.binary_accuracy(f, **g)\n", "LSS103")


NAMED = {
    "m.compile(f, 'logcosh')": "m.compile(f, 'log_cosh')",
    "m.compile(f, ['logcosh', f])": "m.compile(f, ['log_cosh', f])",
    "m.compile(f, {'a': 'cosine'})": "m.compile(f, {'a': 'cosine_similarity'})",
    "m.compile(f, f, metrics=['kld'])": "m.compile(f, f, metrics=['kl_divergence'])",
    "m.compile(f, f, weighted_metrics=('kld',))": "m.compile(f, f, weighted_metrics=('kl_divergence',))",
}


@pytest.mark.parametrize("line", NAMED)
def test_names_of_losses(line: str) -> None:
    assert last(line, "LSS104") == NAMED[line]


def test_other_names_stay() -> None:
    for line in (
        "m.compile(f, 'mse')",
        "m.compile('logcosh', f)",
        "m.compile(f, b'logcosh')",
        "m.compile(f, f('logcosh'))",
        "f.compile(f, 'logcosh')",
        "compile(f, 'logcosh')",
    ):
        stays(f"{line}\n", "LSS104")
    own = "class Net(keras.Model):\n    def compile(self, o, loss):\n        pass\n\n\nNet().compile(f, 'logcosh')\n"
    stays(own, "LSS104")


BATCHES = "def batches(data):\n    while True:\n        length = {}\n        {}\n        yield x, x\n\n\n{}\n"
FIT = "m.fit(batches(f))"


@pytest.mark.parametrize("drawn", ["max(data)", "len(data)", "np.random.randint(9)", "f.choice(data)"])
@pytest.mark.parametrize(
    "made",
    [
        "x = np.zeros((8, length))",
        "x = np.ones([8, length + 1])",
        "x = keras.utils.pad_sequences(f, maxlen=length)",
        "x = keras.utils.pad_sequences(f, length)",
        "x = keras.utils.pad_sequences(f)",
    ],
)
def test_batches_of_another_length_are_found(drawn: str, made: str) -> None:
    assert found(BATCHES.format(drawn, made, FIT), "TRN041")


@pytest.mark.parametrize(
    ("drawn", "made", "use"),
    [
        ("9", "x = np.zeros((8, length))", FIT),
        ("f(data)", "x = np.zeros((8, length))", FIT),
        ("max(data)", "x = np.zeros((length, 8))", FIT),
        ("max(data)", "x = np.zeros(length)", FIT),
        ("max(data)", "x = np.zeros()", FIT),
        ("max(data)", "x = f.zeros((8, length))", FIT),
        ("max(data)", "x = np.zeros((8, 9))", FIT),
        ("max(data)", "x = keras.utils.pad_sequences(f, maxlen=9)", FIT),
        ("max(data)", "x = keras.utils.pad_sequences(f, maxlen=f)", FIT),
        ("max(data)", "x = f.pad_sequences(f)", FIT),
        ("max(data)", "x = keras.utils.to_categorical(f)", FIT),
        ("max(data)", "x = np.zeros((8, length))", "f.fit(batches(f))"),
        ("max(data)", "x = np.zeros((8, length))", "m.other(batches(f))"),
        ("max(data)", "x = np.zeros((8, length))", "fit(batches(f))"),
        ("max(data)", "x = np.zeros((8, length))", "m.fit(batches)"),
        ("max(data)", "x = np.zeros((8, length))", "m.fit(f.batches(f))"),
        ("max(data)", "x = np.zeros((8, length))", "m.fit(f, batches(f))"),
    ],
)
def test_batches_of_one_length_stay(drawn: str, made: str, use: str) -> None:
    stays(BATCHES.format(drawn, made, use), "TRN041")


def test_other_functions_stay() -> None:
    text = BATCHES.format("max(data)", "x = np.zeros((8, length))", FIT)
    stays(text.replace("yield x, x", "return x"), "TRN041")
    stays(text.replace("def batches(data)", "class batches:\n  def go(data)"), "TRN041")
    stays(text.replace("length = max(data)", "length = other = max(data)"), "TRN041")
    stays(text.replace("length = max(data)", "f.length = max(data)"), "TRN041")
    own = "class Net(keras.Model):\n    def fit(self, x):\n        pass\n\n\nNet().fit(batches(f))"
    stays(BATCHES.format("max(data)", "x = np.zeros((8, length))", own), "TRN041")
