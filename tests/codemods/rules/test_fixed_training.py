"""``training=`` of a call in a functional model: what is held in its mode, and what stays."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Fix

HEAD = "import keras\nfrom tensorflow.keras import layers\n\ninputs = keras.Input((4,))\n"


def fixes(text: str) -> list[tuple[Fix, bool]]:
    return [(f.fix, f.applied) for f in run(text).findings if f.code == "TRN031"]


def test_the_base_of_the_recipe_for_transfer_learning_is_held() -> None:
    outcome = run(HEAD + "base = keras.applications.Xception()\nx = base(inputs, training=False)\n")
    assert outcome.text.endswith("x = FixedTraining(base, False)(inputs)\n")


def test_the_class_is_written_once() -> None:
    text = run(
        HEAD + "x = layers.Dropout(0.5)(inputs, training=True)\ny = layers.Dropout(0.5)(x, training=1)\n"
    ).text
    assert text.count("class FixedTraining") == 1
    assert run(text).text == text


def test_a_comment_stays_above_its_statement() -> None:
    text = run(HEAD + "\n# drop some\nx = layers.Dropout(0.5)(inputs, training=True)\n").text
    assert "\n\n\n# drop some\nx = FixedTraining(" in text


STAYS = {
    "no mode is fixed": "x = layers.Dropout(0.5)(inputs, training=None)\n",
    "a model called on arrays": "model = keras.Sequential()\ny = model(np.ones(3), training=False)\n",
    "a function of the project": "def block(x, training):\n    return x\n\n\nx = block(inputs, training=False)\n",
    "in call of a layer": (
        "class Own(layers.Layer):\n    def call(self, x):\n        x = keras.Input(tensor=x)\n"
        "        return self.inner(x) + layers.Dropout(0.5)(x, training=True)\n"
    ),
    "a layer of another library": "import torch\n\nx = torch.nn.Dropout(0.5)(inputs, training=True)\n",
}


@pytest.mark.parametrize("case", STAYS)
def test_what_is_not_fixed_stays(case: str) -> None:
    assert not fixes(HEAD + STAYS[case])


@pytest.mark.parametrize(("version", "needed"), [("3.9.2", True), ("3.15.1", True), ("3.16.0", False)])
def test_keras_obeys_the_argument_again_from_3_16_on(version: str, needed: bool) -> None:
    outcome = run(HEAD + "x = layers.Dropout(0.5)(inputs, training=True)\n", version=version)
    assert ("TRN031" in {finding.code for finding in outcome.findings}) is needed


def test_code_for_keras_3_stays() -> None:
    check_noop(
        "import keras\nfrom keras import ops\nx = keras.layers.Dropout(1)(keras.Input((2,)), training=True)\n"
    )


def test_a_mode_that_is_a_variable_waits_to_be_asked_for() -> None:
    text = "def build(mode):\n    return layers.Dropout(0.5)(inputs, training=mode)\n"
    assert fixes(HEAD + text) == [(Fix.UNSAFE, False)]


def test_a_file_that_looks_into_the_model_waits_to_be_asked_for() -> None:
    text = "x = layers.Dropout(0.5)(inputs, training=True)\nkeras.Model(inputs, x).get_layer('dropout')\n"
    assert fixes(HEAD + text) == [(Fix.UNSAFE, False)]


def test_the_learning_phase_is_the_mode_of_the_model_itself() -> None:
    head = HEAD + "from tensorflow.keras import backend as K\n"
    outcome = run(head + "x = layers.Dropout(0.5)(inputs, training=K.learning_phase())\n")
    assert outcome.text.endswith("x = layers.Dropout(0.5)(inputs)\n")
    assert [(f.code, f.applied) for f in outcome.findings if f.line == 6] == [("TRN031", True)]


def test_the_class_of_an_earlier_run_serves() -> None:
    line = "x = layers.Dropout(0.5)(inputs, training=True)\n"
    assert run(f"{HEAD}class FixedTraining:\n    pass\n\n\n{line}").text.count("class FixedTraining") == 1
    assert run(f"{HEAD}class Other:\n    pass\n\n\n{line}").text.count("class FixedTraining") == 1


def test_a_call_without_a_positional_input_stays() -> None:
    assert not fixes(f"{HEAD}x = layers.Dropout(0.5)(inputs=inputs, training=True)\n")


@pytest.mark.parametrize(
    ("more", "fix"), [("mask=m", Fix.SAFE), ("initial_state=s", Fix.SAFE), ("value=v", Fix.MANUAL)]
)
def test_a_layer_of_several_inputs_cannot_be_built_from_one(more: str, fix: Fix) -> None:
    assert fixes(f"{HEAD}x = layers.LSTM(3)(inputs, {more}, training=True)\n") == [(fix, fix is Fix.SAFE)]


def test_a_second_input_by_position_is_left_to_a_person() -> None:
    text = run(
        f"{HEAD}x = layers.Dropout(0.5)(inputs, training=True)\ny = layers.Attention()(x, x, training=True)\n"
    ).text
    assert text.count("= FixedTraining(layers") == 1
    assert text.endswith("y = layers.Attention()(x, x, training=True)\n")
