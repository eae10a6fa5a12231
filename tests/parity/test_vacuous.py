"""What can be no evidence is told from what is."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.parity.vacuous import vacuous_outputs

RNG = np.random.default_rng(0)
INPUTS = {f"{case}/0": RNG.normal(size=(3, 4)).astype("float32") for case in range(2)}


def _why(*cases: np.ndarray, inputs: dict[str, np.ndarray] = INPUTS, compute: str = "") -> str:
    return vacuous_outputs(inputs, {f"{n}/0": array for n, array in enumerate(cases)}, compute).get(0, "")


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ([np.zeros((0, 3), "float32")], "has no rows"),
        ([np.full((3, 2), np.nan, "float32")], "has no finite value"),
        ([np.zeros((3, 2), "float32"), np.zeros((2, 2), "float32")], "is the same for every input"),
        ([np.tile(np.array([[0.1, 0.9]], "float32"), (3, 1))] * 2, "is the same for every input"),
        ([np.zeros((1, 2), "float32")], "is the same for every input"),
        ([np.full((1, 4), 0.25, "float32")], "is the same for every input"),
        ([np.ones((1, 1), "float32")], "is the same for every input"),
        ([np.ones((3, 1), "int64")], "is the same for every input"),
        ([np.array(["a", "a"], object)], "is the same string for every input"),
    ],
)
def test_references_that_say_nothing(cases: list[np.ndarray], why: str) -> None:
    assert _why(*cases) == why


@pytest.mark.parametrize(
    "cases",
    [
        [RNG.normal(size=(3, 2)).astype("float32")],
        [np.array([[0.1, 0.9]], "float32")],
        [np.array([[0.7]], "float32")],
        [np.array([[0.1], [np.nan]], "float32")],
        [np.array([[0.1, 0.9]], "float32"), np.array([[0.2, 0.8]], "float32")],
        [np.array([1, 0, 1])],
        [np.array(["a", "b"], object)],
        [np.zeros((1, 1), "float32"), np.ones((1, 1), "float32")],
    ],
)
def test_references_that_say_something(cases: list[np.ndarray]) -> None:
    assert _why(*cases) == ""


def test_a_difference_that_a_comparison_forgives_is_none() -> None:
    rows = 1 + RNG.normal(size=(8, 2)) * 1e-4
    assert _why(rows.astype("float32")) == ""
    assert _why(rows.astype("float32"), compute="float16") == "is the same for every input"


def test_a_model_without_inputs_may_be_constant() -> None:
    assert _why(np.ones((3, 2), "float32"), inputs={}) == ""
