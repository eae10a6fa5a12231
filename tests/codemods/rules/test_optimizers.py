"""Constructors of optimizers, those of `legacy`, and the policies of mixed precision."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import x\n"
DECAY = "keras.optimizers.schedules.InverseTimeDecay"
SET_POLICY = "keras.mixed_precision.experimental.set_policy"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("keras.optimizers.Adam(lr=x, learning_rate=x)\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, name='a')\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, clipvalue=None)\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, clipvalue=1.0)\n", ["OPZ111"]),
        ("keras.optimizers.Adam(epsilon=x)\n", []),
        ("keras.optimizers.legacy.Unknown\n", ["OPZ104"]),
        (f"{SET_POLICY}('a', 1)\n", ["OPZ108"]),
        (f"{SET_POLICY}('a', loss_scale=1)\n", ["OPZ108"]),
    ],
)
def test_what_stays(lines: str, codes: list[str]) -> None:
    select = ["OPZ101", "OPZ103", "OPZ104", "OPZ108", "OPZ111", "OPZ113"]
    check_noop(HEAD + lines, unsafe=True, select=select, codes=codes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Adam(lr=0.1)", "Adam(learning_rate=0.1)"),
        ("Adam(decay=0)", "Adam()"),
        ("Adam(decay=x)", f"Adam(learning_rate={DECAY}(0.001, 1, x))"),
        ("Adam(0.1, decay=x)", f"Adam({DECAY}(0.1, 1, x))"),
        ("Adam(learning_rate=0.1, decay=x)", f"Adam(learning_rate={DECAY}(0.1, 1, x))"),
        ("Adam(lr=0.1, decay=x)", f"Adam(learning_rate={DECAY}(0.1, 1, x))"),
        ("Adam(epsilon=None)", "Adam()"),
        ("legacy.Adam(0.1)", "Adam(0.1)"),
    ],
)
def test_constructors(before: str, after: str) -> None:
    select = ["OPZ101", "OPZ103", "OPZ104", "OPZ113"]
    texts = (f"{HEAD}keras.optimizers.{text}\n" for text in (before, after))
    check_transformed(*texts, unsafe=True, select=select)


@pytest.mark.parametrize("given", ["", "('a')"])
def test_policies(given: str) -> None:
    after = f"{HEAD}keras.mixed_precision.set_global_policy{given}\n"
    check_transformed(f"{HEAD}{SET_POLICY}{given}\n", after, select=["OPZ108"])
