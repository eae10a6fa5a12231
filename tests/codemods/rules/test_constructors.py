"""Arguments of the constructors of layers, and where the shape of a batch goes."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = (
    "import keras\nfrom other import a, b, f, others\nm = keras.Sequential()\nlayer = keras.layers.Dense(1)\n"
)
FIRST = "keras.layers.Dense(1, batch_input_shape=(2, 3))"
PLAIN = "keras.layers.Dense(1)"
INPUT = "keras.Input(batch_shape=(2, 3))"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"m.add({FIRST})", f"m.add({INPUT})\nm.add({PLAIN})"),
        (f"keras.Sequential([{FIRST}, layer])", f"keras.Sequential([{INPUT}, {PLAIN}, layer])"),
        (f"{FIRST}(a)", f"{PLAIN}(a)"),
    ],
)
def test_the_shape_of_a_batch_becomes_an_input(before: str, after: str) -> None:
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", unsafe=True, select=["LAY101"])


@pytest.mark.parametrize(
    "line",
    [
        f"m.insert({FIRST})",
        f"f({FIRST})",
        f"found = m.add({FIRST})",
        f"layer.add({FIRST})",
        f"keras.Sequential([layer, {FIRST}])",
        f"keras.Sequential(({FIRST},))",
        f"keras.Sequential([{FIRST}], 'name')",
        f"keras.Sequential([{FIRST}], name='name')",
        f"keras.Sequential([{FIRST}, *others])",
        f"f([{FIRST}])",
        f"layers = [{FIRST}]",
    ],
)
def test_elsewhere_the_shape_of_a_batch_is_only_said(line: str) -> None:
    check_noop(f"{HEAD}{line}\n", unsafe=True, select=["LAY101"], codes=["LAY101"])


@pytest.mark.parametrize(
    "line",
    [
        "keras.layers.InputLayer(batch_input_shape=(2, 3))",
        "keras.layers.ThresholdedReLU(**others)",
        "keras.layers.ThresholdedReLU(1.0, 2.0)",
        "keras.layers.dot([a, b], 1, True, **others)",
        "keras.layers.dot(axes=1, normalize=True)",
        "keras.layers.dot([a, b], normalize=True)",
        "keras.layers.dot([a, b], 1)",
        "keras.layers.LSTM(1).reset_states()",
        "def g(x):\n    x.reset_states(a)",
    ],
)
def test_other_calls_stay(line: str) -> None:
    select = ["LAY101", "LAY103", "LAY106", "LAY107"]
    check_noop(f"{HEAD}{line}\n", unsafe=True, select=select, codes=[])


@pytest.mark.parametrize(("given", "threshold"), [("", "1.0"), ("0.5", "0.5"), ("theta=0.5", "0.5")])
def test_the_threshold_has_another_name(given: str, threshold: str) -> None:
    before = f"{HEAD}keras.layers.ThresholdedReLU({given})\n"
    check_transformed(before, f"{HEAD}keras.layers.ReLU(threshold={threshold})\n", select=["LAY103"])
