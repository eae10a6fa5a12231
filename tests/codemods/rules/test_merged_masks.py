"""Layers that join tensors of which some have masks."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run

HEAD = "import keras\nfrom other import a, b, more\n"
MASK = "keras.layers.Embedding(1, 2, mask_zero=True)\n"


@pytest.mark.parametrize(
    "lines",
    [
        "keras.layers.Add()([a, b])\n",
        "keras.layers.Embedding(1, 2, mask_zero=False)\nkeras.layers.Add()([a, b])\n",
        "keras.layers.Embedding(1, 2, trainable=True)\nkeras.layers.Add()([a, b])\n",
        f"def f():\n    {MASK}\ndef g():\n    keras.layers.Add()([a, b])\n",
    ],
)
def test_without_a_mask_they_stay(lines: str) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["LAY122"], codes=[])


@pytest.mark.parametrize(
    "line",
    ["concatenate([a, b], 1, **more)", "concatenate([a, b], 1, 'name')", "add([a, b], 'name')", "add()"],
)
def test_calls_whose_arguments_cannot_be_told_are_left_to_a_person(line: str) -> None:
    check_noop(f"{HEAD}{MASK}keras.layers.{line}\n", unsafe=True, select=["LAY122"], codes=["LAY122"])


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("keras.layers.Add()([a, b])", "MaskedAdd()([a, b])"),
        ("keras.layers.add([a, b])", "MaskedAdd()([a, b])"),
        ("keras.layers.concatenate([a, b], 1)", "MaskedConcatenate(axis=1)([a, b])"),
        ("keras.layers.concatenate([a, b], axis=1)", "MaskedConcatenate(axis=1)([a, b])"),
    ],
)
def test_the_layer_that_joins_masks_stands_in(line: str, after: str) -> None:
    made = run(f"{HEAD}{MASK}{line}\n", unsafe=True, select=["LAY122"]).text
    assert made.endswith(f"{after}\n")
    assert made.count("class Masked") == 1
    apart = f"def f():\n    {line}\n\n\ndef g():\n    {MASK}    {line}\n"
    made = run(HEAD + apart, unsafe=True, select=["LAY122"]).text
    assert made.count("class Masked") == 1
    assert made.count(after) == 1
