"""BCK: what only TensorFlow can do, for code that shall run on another backend."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from codemods.testing import check_noop, check_transformed, run
from migrate.cli.code import code

CLASS = "import keras\nimport numpy as np\nimport tensorflow as tf\n\n\nclass Own(keras.layers.Layer):\n"
INIT = "    def __init__(self):\n        super().__init__()\n\n"
CALL = "    def call(self, inputs, training=False):\n        {}\n        return inputs\n"

FOUND = {
    "a function without a counterpart": ("tf.linalg.expm(inputs)", ["BCK001"]),
    "an array of a tensor": ("a = np.square(inputs)", ["BCK002"]),
    "an array of what was made of a tensor": ("a = inputs * 2; b = np.abs(a)", ["BCK002"]),
    "an attribute": ("self.last = inputs", ["BCK003"]),
    "a counter": ("self.count += 1", ["BCK003"]),
    "a list that grows": ("self.seen.append(inputs)", ["BCK003"]),
    "a seedless number": ("a = keras.random.normal((2,))", ["BCK004"]),
    "a number of NumPy": ("a = np.random.normal()", ["BCK004"]),
    "the product of a shape": ("n = np.prod(inputs.shape[1:])", []),
    "the number of inputs": ("n = np.arange(len(inputs))", []),
    "a constant": ("n = np.sqrt(2.0)", []),
    "a local name": ("last = inputs", []),
    "another list": ("seen = []; seen.append(inputs)", []),
    "an attribute that is read": ("a = self.last", []),
    "a seed": ("a = keras.random.normal((2,), seed=self.seeds)", []),
    "data": ("a = tf.data.Dataset.range(3)", []),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_computes_with_tensorflow_only(case: str) -> None:
    line, codes = FOUND[case]
    text = CLASS + CALL.format(line)
    for backend in ("any", "jax"):
        assert sorted(f.code for f in run(text, backend=backend).findings) == codes
    plain = [f.code for f in run(text, backend="torch").findings]
    assert plain == [found for found in codes if found in {"BCK001", "BCK002"}]
    assert not [f for f in run(text).findings if f.code.startswith("BCK")]


def test_what_stands_outside_of_keras_code_is_a_warning() -> None:
    text = "import tensorflow as tf\nimport keras\n\nwith tf.GradientTape() as tape:\n    pass\n"
    assert [(f.code, f.severity.value) for f in check_noop(text, backend="any").findings] == [
        ("BCK001", "warning")
    ]


def test_what_becomes_keras_ops_is_not_said() -> None:
    text = "import tensorflow as tf\nimport keras\n\nx = keras.Input((3,))\ny = tf.abs(x)\n"
    made = run(text, backend="any")
    assert [(f.code, f.applied) for f in made.findings] == [("OPS001", True)]


def test_what_waits_for_unsafe_is_said_once() -> None:
    text = CLASS + CALL.format("n = tf.where(inputs)")
    assert [f.code for f in run(text, backend="any").findings] == ["OPS003"]


def test_names_that_are_below_tf_keras_only_stay_a_finding() -> None:
    left = [
        f.code
        for f in run("from keras.layers import ThresholdedReLU\n", backend="any").findings
        if not f.applied
    ]
    assert left == ["IMP003"]


def test_the_first_seedless_call_brings_the_generator() -> None:
    text = "import keras\n\n\nclass Own(keras.layers.Layer):\n" + INIT + "    def call(self, x):\n"
    text += "        return x + keras.random.normal((2,)) + keras.random.uniform((2,))\n"
    made = text.replace(
        "__init__()\n", "__init__()\n        self.seed_generator = keras.random.SeedGenerator()\n"
    )
    made = made.replace("((2,))", "((2,), seed=self.seed_generator)")
    check_transformed(text, made, backend="any")
    check_noop(text, codes=())


@pytest.mark.parametrize("body", ["", "    def __init__(self):\n        self.n = 1\n\n"])
def test_without_a_constructor_it_is_left_to_a_person(body: str) -> None:
    text = f"import keras\n\n\nclass Own(keras.layers.Layer):\n{body}    def call(self, x):\n"
    text += "        return keras.random.normal((2,))\n"
    (found,) = check_noop(text, codes=("BCK004",), backend="any").findings
    assert "SeedGenerator" in found.hint


def test_symbolic_tensors_given_to_numpy() -> None:
    text = "import keras\nimport numpy as np\n\nx = keras.Input((3,))\ny = np.abs(x)\n"
    check_noop(text, codes=("BCK002",), backend="torch")
    check_noop(text.replace("np.abs(x)", "np.abs(3)"), codes=(), backend="torch")


def test_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("import tensorflow as tf\nimport keras\n\nprint(tf.eye(3))\n")
    assert CliRunner().invoke(code, ["a.py"]).exit_code == 0
    asked = CliRunner().invoke(code, ["a.py", "--backend", "any"])
    assert asked.exit_code == 1
    assert "BCK001" in asked.output
    (tmp_path / "pyproject.toml").write_text('[tool.keras-migrate]\nbackend = "jax"\n')
    assert CliRunner().invoke(code, ["a.py"]).exit_code == 1
    assert CliRunner().invoke(code, ["a.py", "--target", "tf.keras"]).exit_code == 2
    (tmp_path / "pyproject.toml").write_text('[tool.keras-migrate]\nbackend = "theano"\n')
    assert CliRunner().invoke(code, ["a.py"]).exit_code == 2


STEPS = {
    "def train_step(self, data):\n        return {}": ["BCK005"],
    "def predict_step(self, batch):\n        return batch": ["BCK005"],
    "def train_step(self, state, data):\n        return {}, state": [],
    "def other_step(self, data):\n        return {}": [],
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_model_is_another_one_for_jax(step: str) -> None:
    text = f"import keras\n\n\nclass Net(keras.Model):\n    {step}\n"
    for backend, codes in (("any", STEPS[step]), ("jax", STEPS[step]), ("torch", []), ("tensorflow", [])):
        assert [f.code for f in run(text, backend=backend).findings] == codes


@pytest.mark.parametrize(("value", "codes"), [("True", ["BCK006"]), ("flag", ["BCK006"]), ("False", [])])
def test_statistics_are_synchronized_with_tensorflow_only(value: str, codes: list[str]) -> None:
    text = f"import keras\nlayer = keras.layers.BatchNormalization(synchronized={value})\n"
    for backend in ("any", "jax", "torch"):
        assert [f.code for f in run(text, backend=backend).findings] == codes
    assert not run(text).findings
