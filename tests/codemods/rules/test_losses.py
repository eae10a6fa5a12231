"""Losses that layers are given from outside: what becomes a regularizer of a weight, and what a person writes."""

from __future__ import annotations

import pytest

from codemods.testing import run

HEAD = "import keras\n\nl2 = keras.regularizers.l2(0.1)\nfor layer in keras.applications.VGG16().layers:\n    {}\n"


def rewritten(statement: str) -> tuple[str, list[str]]:
    outcome = run(HEAD.format(statement), unsafe=True)
    return outcome.text.splitlines()[-1].strip(), [finding.code for finding in outcome.findings]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("layer.add_loss(lambda layer=layer: l2(layer.kernel))", "regularize(layer.kernel, l2)"),
        ("layer.add_loss(lambda: l2(layer.kernel))", "regularize(layer.kernel, l2)"),
        (
            "layer.add_loss(lambda: keras.regularizers.l1(0.1)(layer.bias))",
            "regularize(layer.bias, keras.regularizers.l1(0.1))",
        ),
    ],
)
def test_a_function_of_one_weight_is_its_regularizer(before: str, after: str) -> None:
    assert rewritten(before) == (after, ["CUS046"])


@pytest.mark.parametrize(
    "statement",
    [
        "layer.add_loss(lambda: 0.1 * l2(layer.kernel))",
        "layer.add_loss(lambda: l2(layer.kernel, layer.bias))",
        "layer.add_loss(lambda one=layer: l2(one.kernel))",
        "layer.add_loss(lambda x: l2(x))",
        "layer.add_loss(lambda: l2(next(layer)))",
    ],
)
def test_another_function_is_left_to_a_person(statement: str) -> None:
    assert rewritten(statement) == (statement, ["CUS033"])


@pytest.mark.parametrize("statement", ["layer.add_loss(loss)", "layer.add(lambda: l2(layer.kernel))"])
def test_what_is_no_function_stays(statement: str) -> None:
    assert rewritten(statement) == (statement, [])


def test_a_layer_that_gives_itself_a_function_has_one_finding() -> None:
    text = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n"
    text += "        self.add_loss(lambda: keras.regularizers.l2(0.1)(self.kernel))\n        return x\n"
    assert [finding.code for finding in run(text, unsafe=True).findings] == ["CUS033"]


def test_the_helper_is_written_once_and_waits_to_be_asked_for() -> None:
    twice = "layer.add_loss(lambda: l2(layer.kernel))\n    layer.add_loss(lambda: l2(layer.bias))"
    new = run(HEAD.format(twice), unsafe=True).text
    assert new.count("def regularize(") == 1
    assert run(new, unsafe=True).text == new
    assert run(HEAD.format(twice)).text == HEAD.format(twice)
