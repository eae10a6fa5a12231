"""Variables that a layer holds: weights or none, by the release it was written for and by what it says itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import run

HEAD = (
    "from keras import backend as K\nfrom keras.layers import Layer\n\n\nclass Own(Layer):\n"
    "    def build(self, shape):\n        self.w = K.variable(2.0)\n"
)
PLAIN, FIXED = (
    "keras.Variable(2.0, dtype=K.floatx())",
    "keras.Variable(2.0, dtype=K.floatx(), trainable=False)",
)
KEPT = [
    HEAD + "        self._trainable_weights.append(self.w)\n",
    HEAD + "        self.trainable_weights = [self.w]\n",
    HEAD + "        self.trainable_weights = weights\n",
    HEAD.replace("(Layer)", "(Other)"),
    HEAD.replace("self.w =", "other.w ="),
    HEAD.replace("self.w =", "w ="),
    HEAD.replace("from keras import backend as K", "from tensorflow.keras import backend as K"),
]


def test_a_variable_of_an_old_layer_is_no_weight_when_asked() -> None:
    first = run(HEAD)
    assert (
        "self.w = K.variable(2.0)" in first.text
    )  # a keras.Variable would hide the question from the next run
    assert "CUS044" in {f.code for f in run(first.text).findings if not f.applied}
    assert FIXED in run(first.text, unsafe=True).text


@pytest.mark.parametrize("text", KEPT)
def test_a_variable_that_may_be_a_weight_stays_one(text: str) -> None:
    made = run(text, unsafe=True)
    assert "trainable=False" not in made.text
    assert "CUS044" not in {finding.code for finding in made.findings}


@pytest.mark.parametrize(("pin", "line"), [("2.2.4", FIXED), ("2.3.1", PLAIN)])
def test_the_release_decides(tmp_path: Path, pin: str, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"keras=={pin}\n")
    (tmp_path / "setup.py").write_text("")
    layer = tmp_path / "layer.py"
    layer.write_text(HEAD)
    made = next(iter(run_files([layer], Options())))
    assert line in (made.new or b"").decode()
    assert not [finding for finding in made.findings if not finding.applied]


LISTED = {
    "self.trainable_weights = [self.w]": "",
    "self.trainable_weights += [self.w]": "",
    "self.trainable_weights = [self.w, self.other]": "self.trainable_weights = [self.w, self.other]",
    "self.trainable_weights = weights": "self.trainable_weights = weights",
    "self.x = self.trainable_weights = [self.w]": "self.x = self.trainable_weights = [self.w]",
}


@pytest.mark.parametrize("line", LISTED)
def test_a_list_of_weights_is_left_out(line: str) -> None:
    made = run(f"{HEAD}        {line}\n        pass\n")
    last = made.text.splitlines()[-2].strip()
    assert last == (LISTED[line] or f"self.w = {PLAIN}")
    found = [finding for finding in made.findings if finding.code == "CUS045"]
    assert [finding.applied for finding in found] == [not LISTED[line]]


@pytest.mark.parametrize("line", ["w = self.trainable_weights", "other.trainable_weights = [self.w]"])
def test_a_list_of_weights_that_is_read_stays(line: str) -> None:
    made = run(f"{HEAD}        {line}\n")
    assert line in made.text
    assert "CUS045" not in {finding.code for finding in made.findings}


HEAD_OF_HELD = (
    "import keras\nfrom keras import backend as K\n\n\nclass L(keras.layers.Layer):\n    def build(self, shape):\n"
    "        {line}\n"
)


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("K.ones((3,))", "keras.ops.ones((3,))"),
        ("K.zeros(shape=(3,))", "keras.ops.zeros(shape=(3,))"),
        ("K.eye(3)", "keras.ops.eye(3, dtype=K.floatx())"),
    ],
)
def test_a_variable_that_ones_made_for_a_layer_stays_one(call: str, made: str) -> None:
    text = HEAD_OF_HELD.format(line=f"self.x = {call}")
    assert not any(finding.applied for finding in run(text, select=["BKD"]).findings)
    assert f"self.x = keras.Variable({made})" in run(text, select=["BKD"], unsafe=True).text


@pytest.mark.parametrize("line", ["x = K.ones((3,))", "self.x = 2 * K.ones((3,))", "other.x = K.ones((3,))"])
def test_what_ones_makes_for_no_attribute_is_a_tensor(line: str) -> None:
    assert "keras.ops.ones((3,))" in run(HEAD_OF_HELD.format(line=line), select=["BKD"]).text
