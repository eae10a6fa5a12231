"""What rounding may add to a tolerance: no more than the original's own answer to the last bit, and never much."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.parity.compare import compare_cases
from migrate.parity.rounding import CAP, CAP_OF_HALVES, FACTOR, largest, moves_of, nudged, slack_of, unsteady


def test_half_of_the_numbers_move_by_one_unit_away_from_zero() -> None:
    given = np.array([3.0, -3.0, 0.0, 1e30, np.inf, 255.0] * 50, np.float32)
    moved = nudged({"0/0": given}, 0)["0/0"]
    assert moved.dtype == np.float32
    assert 50 < np.count_nonzero(moved != given) < 150
    assert np.all(np.abs(moved) >= np.abs(given))
    assert np.array_equal(moved[given == 3.0].astype(np.int64), given[given == 3.0].astype(np.int64))
    finite = np.isfinite(given)
    np.testing.assert_array_max_ulp(moved[finite], given[finite], 1)


def test_rounds_differ_and_whole_numbers_stay() -> None:
    probes = {"0/0": np.ones(100, np.float32), "0/1": np.arange(5), "0/2": np.array(["a"], object)}
    first, second = nudged(probes, 0), nudged(probes, 1)
    assert not np.array_equal(first["0/0"], second["0/0"])
    assert all(first[name] is probes[name] for name in ("0/1", "0/2"))


def test_slack_is_the_worst_round_times_the_factor() -> None:
    outputs = {"0/0": np.array([1.0, 0.5], np.float32), "0/1": np.array([1, 2])}
    rounds = [{"0/0": outputs["0/0"] + np.float32(d), "0/1": outputs["0/1"] + 1} for d in (1e-5, 3e-5)]
    slack = slack_of(outputs, moves_of(outputs, rounds))
    assert set(slack) == {"0/0"}, "whole numbers are equal or not"
    assert np.isclose(slack["0/0"], FACTOR * 3e-5, rtol=0.01)


def test_slack_has_an_end() -> None:
    outputs = {"0/0": np.array([2.0, -8.0])}
    moves = moves_of(outputs, [{"0/0": np.array([2.0, 8.0])}])
    assert slack_of(outputs, moves) == {"0/0": CAP * 8.0}
    assert largest(moves) == {"0/0": FACTOR * 16.0}


def test_a_case_is_unsteady_when_rounding_moves_one_of_its_outputs_beyond_the_end() -> None:
    outputs = {f"{case}/{output}": np.ones((2, 2), np.float32) for case in range(3) for output in range(2)}
    moved = dict(outputs)
    moved["1/1"] = outputs["1/1"] + np.array([0.0, CAP], np.float32)
    moved["2/0"] = outputs["2/0"] + np.float32(CAP / FACTOR / 2)
    assert unsteady(outputs, moves_of(outputs, [outputs, moved])) == {"1"}


def test_what_is_smaller_than_any_tolerance_is_not_unsteady() -> None:
    outputs = {"0/0": np.array([[1.0, 1e-30]] * 2, np.float32)}
    moved = {"0/0": np.array([[1.0, 1e-20]] * 2, np.float32)}
    assert unsteady(outputs, moves_of(outputs, [moved])) == frozenset()


def test_slack_is_allowed_for_its_own_case_alone() -> None:
    reference = {"0/0": np.ones(3, np.float32), "1/0": np.ones(3, np.float32)}
    result = {name: array + np.float32(5e-5) for name, array in reference.items()}
    assert compare_cases(reference, result, ["y"], slack=dict.fromkeys(reference, 1e-4))[0].equal
    [one] = compare_cases(reference, result, ["y"], slack={"0/0": 1e-4})
    assert not one.equal
    assert one.used > 1


@pytest.mark.parametrize(("compute", "bits"), [("float16", 11), ("bfloat16", 8)])
def test_numbers_of_mixed_precision_move_by_a_unit_of_what_is_computed_in(compute: str, bits: int) -> None:
    given = np.array([0.0, 1.0, -3.7, 1e-3, np.inf], np.float32)
    moved = np.stack([nudged({"0/0": given}, seed, compute)["0/0"] for seed in range(8)])
    change = np.abs(moved[:, 1:4] - given[1:4]).max(axis=0) / np.abs(given[1:4])
    assert np.all((2.0**-bits <= change) & (change <= 2.0 ** (2 - bits)))
    assert np.array_equal(moved[:, [0, 4]], np.tile(given[[0, 4]], (8, 1)))


def test_half_precision_is_allowed_more_and_not_anything() -> None:
    outputs, rounds = {"0/0": np.array([2.0, 8.0])}, [{"0/0": np.array([2.0, 800.0])}]
    assert slack_of(outputs, moves_of(outputs, rounds), "bfloat16")["0/0"] == pytest.approx(
        CAP_OF_HALVES["bfloat16"] * 8.0
    )
