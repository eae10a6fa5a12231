"""Equal means equal: shape, dtype, values against the output's scale."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.parity.compare import compare_arrays, compare_cases
from migrate.parity.tolerance import tolerance_for

RNG = np.random.default_rng(0)


def test_rounding_is_equal_and_a_wrong_digit_is_not() -> None:
    reference = RNG.normal(size=(4, 5)).astype("float32")
    assert compare_arrays("y", reference, reference + np.float32(1e-7)).equal
    wrong = reference.copy()
    wrong[2, 3] += 1e-3
    comparison = compare_arrays("y", reference, wrong)
    assert not comparison.equal
    assert comparison.max_abs == pytest.approx(1e-3, rel=1e-3)


def test_error_is_judged_by_the_largest_magnitude() -> None:
    reference = np.array([1000.0, 0.0], dtype="float32")
    assert compare_arrays("y", reference, np.array([1000.0, 0.005], dtype="float32")).equal
    assert not compare_arrays("y", np.array([1.0, 0.0], "float32"), np.array([1.0, 0.005], "float32")).equal


def test_a_large_feature_hides_nothing_in_its_neighbours() -> None:
    reference = RNG.normal(size=(8, 3)).astype("float32") * np.array([1e9, 1.0, 1e5], "float32")
    for feature, error in ((1, 1.0), (2, 12_345.0)):
        wrong = reference.copy()
        wrong[3, feature] += error
        comparison = compare_arrays("y", reference, wrong)
        assert not comparison.equal
        assert f"in feature {feature}" in comparison.reason
        assert comparison.used > 1


def test_one_row_of_features_may_cancel_to_almost_nothing() -> None:
    reference = np.array([[1.0, 1e-4]], "float32")
    assert compare_arrays("y", reference, reference + np.float32(5e-7)).equal
    rows = np.tile(reference, (8, 1))
    assert not compare_arrays("y", rows, rows + np.array([0, 5e-7], "float32")).equal, (
        "eight rows are no chance"
    )


def test_an_output_that_was_not_recorded_is_not_compared() -> None:
    results = {"0/0": np.zeros(2, "float32"), "0/1": np.zeros(2, "float32")}
    assert [c.name for c in compare_cases({"0/1": results["0/1"]}, results, ["a", "b"])] == ["b"]


@pytest.mark.parametrize(
    ("reference", "result"),
    [
        (np.zeros((2, 3), "float32"), np.zeros((3, 2), "float32")),
        (np.zeros(2, "float32"), np.zeros(2, "int64")),
        (np.array([1.0, np.nan], "float32"), np.array([np.nan, 1.0], "float32")),
        (np.array([np.inf], "float32"), np.array([-np.inf], "float32")),
        (np.array(["a", "b"], object), np.array(["a", "c"], object)),
        (np.array([3], "int64"), np.array([4], "int64")),
    ],
)
def test_unlike_in_shape_dtype_or_kind(reference: np.ndarray, result: np.ndarray) -> None:
    comparison = compare_arrays("y", reference, result)
    assert not comparison.equal
    assert comparison.reason


def test_same_places_of_nan_and_infinity_are_equal() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1.0], "float32")
    assert compare_arrays("y", values, values.copy()).equal


def test_a_missing_output_is_not_equal() -> None:
    references = {"0/0": np.zeros(2, "float32"), "0/1": np.zeros(2, "float32")}
    comparisons = compare_cases(references, {"0/0": np.zeros(2, "float32")}, ["a", "b"])
    assert [c.equal for c in comparisons] == [True, False]


def test_half_precision_is_judged_by_what_it_computes_in() -> None:
    assert tolerance_for("float32", "float16").relative == tolerance_for("float16").relative
    assert tolerance_for("float32", "", 1e-3).relative == 1e-3
    assert tolerance_for("int64", "", 1e-3).relative == 0.0


def test_argmax_agreement_counts_rows() -> None:
    reference = np.array([[0.1, 0.9], [0.8, 0.2]], "float32")
    flipped = np.array([[0.1, 0.9], [0.2, 0.8]], "float32")
    assert compare_arrays("y", reference, flipped).argmax_agreement == 0.5
