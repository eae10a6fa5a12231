"""Custom training steps: the loss is fed where Keras 2 fed it, and metrics with what they measure."""

from __future__ import annotations

import pytest

from codemods.testing import run
from migrate.findings import Fix

HEAD = "from tensorflow import keras\n\n\nclass Net(keras.Model):\n"
STEP = "    def train_step(self, data):\n        x, y = data\n        p = self(x)\n"
LOSS = "        loss = self.compiled_loss(y, p, regularization_losses=self.losses)\n"
FED = (
    "                metric.update_state(loss, sample_weight=keras.ops.shape(keras.tree.flatten(y)[0])[0])\n"
)


def found(text: str, code: str) -> list[tuple[Fix, bool]]:
    return [(f.fix, f.applied) for f in run(text, select=[code]).findings]


def test_weights_of_samples_are_handed_on() -> None:
    text = run(HEAD + STEP + "        self.compiled_metrics.update_state(y, p, sample_weight=w)\n").text
    assert text.endswith("        self.compute_metrics(x, y, p, sample_weight=w)\n")


def test_inputs_without_a_name_are_none() -> None:
    text = run(
        HEAD + STEP.replace("x, y", "z, y") + "        self.compiled_metrics.update_state(y, p)\n"
    ).text
    assert "self.compute_metrics(None, y, p)" in text


def test_a_loss_without_the_losses_of_the_layers_waits_to_be_asked_for() -> None:
    text = HEAD + STEP + "        loss = self.compiled_loss(y, p)\n"
    assert found(text, "TRN016") == [(Fix.UNSAFE, False)]


def test_a_loss_that_has_no_name_is_left_to_a_person() -> None:
    text = HEAD + STEP + LOSS.replace("self.losses)", "self.losses) + 1")
    assert found(text, "TRN016") == [(Fix.MANUAL, False)]


def test_a_class_with_a_loss_of_its_own_feeds_it_itself() -> None:
    own = "    def __init__(self):\n        self.total = keras.metrics.Mean(name='loss')\n\n"
    text = run(HEAD + own + STEP + LOSS).text
    assert "self.compute_loss(y=y, y_pred=p)" in text
    assert FED not in text


def test_a_class_that_lists_its_metrics_feeds_them_itself() -> None:
    own = "    @property\n    def metrics(self):\n        return []\n\n"
    assert FED not in run(HEAD + own + STEP + LOSS).text


@pytest.mark.parametrize(
    "end",
    [
        "        return self.compute_metrics(x, y, p, None)\n",
        "        return {m.name: m for m in self.metrics}\n",
    ],
)
def test_compute_loss_is_followed_by_its_metric(end: str) -> None:
    text = HEAD + STEP + "        loss = self.compute_loss(x, y, p)\n" + end
    made = run(text).text
    assert FED in made
    assert run(made).text == made


STAYS = {
    "nothing is reported": "        loss = self.compute_loss(x, y, p)\n",
    "the metric is fed already": (
        "        loss = self.compute_loss(x, y, p)\n        for m in self.metrics:\n            if m.name == 'loss':\n"
        "                m.update_state(loss)\n        return {m.name: m.result() for m in self.metrics}\n"
    ),
    "a tracker of its own": (
        "        loss = self.compute_loss(x, y, p)\n        self.loss_tracker.update_state(loss)\n"
        "        return {m.name: m.result() for m in self.metrics}\n"
    ),
}


@pytest.mark.parametrize("case", STAYS)
def test_a_step_that_needs_nothing_stays(case: str) -> None:
    assert not found(HEAD + STEP + STAYS[case], "TRN033")


def test_other_methods_and_classes_stay() -> None:
    body = "        loss = self.compute_loss(x, y, p)\n        return self.compute_metrics(x, y, p, None)\n"
    assert not found(HEAD + STEP.replace("train_step", "helper") + body, "TRN033")
    assert not found(HEAD.replace("keras.Model", "Base") + STEP + body, "TRN033")
    other = "        self.compiled_metrics.update_state(y, p)\n"
    assert not found(HEAD.replace("keras.Model", "Base") + STEP + other, "TRN032")
    assert not found(HEAD + STEP + "        self.accuracy.update_state(y, p)\n", "TRN032")


def test_a_compute_metrics_of_the_class_is_not_called() -> None:
    own = "    def compute_metrics(self, x, y, p, w):\n        return {}\n\n"
    text = HEAD + own + STEP + "        self.compiled_metrics.update_state(y, p)\n"
    assert found(text, "TRN032") == [(Fix.MANUAL, False)]


def test_a_callback_that_asks_for_the_loss_feeds_nothing() -> None:
    text = (
        "from tensorflow import keras\n\n\nclass Log(keras.callbacks.Callback):\n"
        "    def on_epoch_end(self, epoch, logs=None):\n        loss = self.model.compiled_loss(a, b)\n"
    )
    made = run(text, unsafe=True).text
    assert "loss = self.model.compute_loss(y=a, y_pred=b)" in made
    assert "self.metrics" not in made
    assert found(text, "TRN016") == [(Fix.UNSAFE, False)]


def test_a_compute_loss_of_the_class_is_its_own() -> None:
    own = "    def compute_loss(self, inputs, training=False):\n        raise NotImplementedError\n\n"
    body = "        loss = self.compute_loss(x)\n        return {m.name: m.result() for m in self.metrics}\n"
    assert not found(HEAD + own + STEP + body, "TRN033")


LINE = HEAD + STEP + "        {}\n"
MANUAL = [(Fix.MANUAL, False)]


@pytest.mark.parametrize(
    "line",
    [
        "loss = self.compiled_loss(*data)",
        "loss = self.compiled_loss(y, **data)",
        "loss = self.compiled_loss(y)",
        "loss = self.compiled_loss(y_pred=p)",
        "loss = self.compiled_loss(y, p, w, self.losses, 1)",
        "loss = self.compiled_loss(y, p, regularization_losses=[1])",
        "loss = self.compiled_loss(y, p, regularization_losses=other.losses)",
        "loss = other = self.compiled_loss(y, p)",
        "loss, other = self.compiled_loss(y, p)",
        "self.loss = self.compiled_loss(y, p)",
        "loss = [self.compiled_loss(y, p)]",
        "loss = self.compiled_loss(data[1], p)",
        "return self.compiled_loss(y, p)",
    ],
)
def test_a_loss_that_cannot_be_followed_is_for_a_person(line: str) -> None:
    assert found(LINE.format(line), "TRN016") == MANUAL


def test_a_loss_that_nobody_takes_is_fed() -> None:
    text = run(LINE.format("self.compiled_loss(y, p, regularization_losses=self.losses)")).text
    assert "metric.update_state(self.compute_loss(y=y, y_pred=p), " in text


def test_a_loss_outside_of_a_class_is_not_fed() -> None:
    for text in (
        "loss = self.compiled_loss(y, p)",
        "def train_step(self):\n    loss = self.compiled_loss(y, p)",
    ):
        assert "metric.update_state" not in run(f"from tensorflow import keras\n{text}\n", unsafe=True).text
    other = HEAD.replace("keras.Model", "Base") + STEP + LOSS
    assert "metric.update_state" not in run(other, unsafe=True).text


def test_a_metric_of_another_name_feeds_no_loss() -> None:
    for made in ("keras.metrics.Mean(name='other')", "keras.metrics.Mean()", "Mean(name='loss')"):
        own = f"    def __init__(self):\n        self.total = {made}\n\n"
        assert FED in run(HEAD + own + STEP + LOSS).text
    assert FED not in run(HEAD + "    total = keras.metrics.Mean('loss')\n\n" + STEP + LOSS).text


@pytest.mark.parametrize(
    "line",
    [
        "self.compiled_metrics.update_state(*data)",
        "self.compiled_metrics.update_state(y)",
        "self.compiled_metrics.update_state(y_pred=p)",
        "z = self.compiled_metrics.update_state(y, p)",
        "return self.compiled_metrics.update_state(y, p)",
        "[self.compiled_metrics.update_state(y, p)]",
    ],
)
def test_metrics_that_cannot_be_followed_are_for_a_person(line: str) -> None:
    assert found(LINE.format(line), "TRN032") == MANUAL


def test_metrics_of_other_names_stay() -> None:
    for line in (
        "self.compiled.update_state(y, p)",
        "compiled_metrics.update_state(y, p)",
        "other.update_state(y)",
    ):
        assert not found(LINE.format(line), "TRN032")


def test_metrics_beside_another_method_are_computed() -> None:
    own = "    def other_metrics(self):\n        pass\n\n    compute_metrics = None\n\n"
    text = run(HEAD + own + STEP + "        self.compiled_metrics.update_state(y, p)\n").text
    assert text.endswith("        self.compute_metrics(x, y, p)\n")


def test_metrics_outside_of_a_function_have_no_inputs() -> None:
    text = "from tensorflow import keras\nm = keras.Model(a, b)\nm.compiled_metrics.update_state(c, d)\n"
    assert run(text, unsafe=True).text.endswith("m.compute_metrics(None, c, d)\n")


COMPUTED = "        loss = self.compute_loss(x, y, p)\n"


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("loss = self.compute_loss(x)", "return self.compute_metrics(x, y, p, None)"),
        ("loss = [self.compute_loss(x, y, p)]", "return self.get_metrics_result()"),
        ("loss = self.compute_loss(x, data[1], p)", "return {m.name: m for m in self.metrics}"),
        ("loss = self.compute_loss(*data)", "return {m.name: m for m in self.metrics}"),
    ],
)
def test_a_computed_loss_that_cannot_be_followed_is_for_a_person(line: str, end: str) -> None:
    assert found(LINE.format(f"{line}\n        {end}"), "TRN033") == MANUAL


@pytest.mark.parametrize(
    "text",
    [
        HEAD + STEP + COMPUTED.replace("self", "other") + "        return self.get_metrics_result()\n",
        HEAD + STEP + COMPUTED.replace("self", "self.net") + "        return self.get_metrics_result()\n",
        HEAD
        + STEP
        + COMPUTED.replace("self.compute_loss", "compute_loss")
        + "        self.get_metrics_result()\n",
        HEAD
        + "    total = keras.metrics.Mean('loss')\n\n"
        + STEP
        + COMPUTED
        + "        self.get_metrics_result()\n",
        HEAD + STEP + COMPUTED + "        return metrics\n",
        "from tensorflow import keras\n\n\ndef train_step(self, x, y, p):\n    loss = self.compute_loss(x, y, p)\n"
        "    return self.get_metrics_result()\n",
    ],
)
def test_a_computed_loss_of_something_else_stays(text: str) -> None:
    assert not found(text, "TRN033")


@pytest.mark.parametrize("compared", ["m.name == 'other'", "m == 'loss'", "m.name < 'loss'"])
def test_a_metric_that_is_asked_for_something_else_is_not_fed(compared: str) -> None:
    end = f"        for m in self.metrics:\n            if {compared}:\n                print(m)\n"
    assert bool(found(HEAD + STEP + COMPUTED + end, "TRN033")) is (compared == "m.name == 'other'")
