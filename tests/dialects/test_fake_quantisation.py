"""The grid of TensorFlow's fake quantisation, by its documented properties."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.dialects.fake_quantisation import grid, quantised


def test_zero_lies_on_the_grid_whatever_the_range() -> None:
    for low, high in ((-1.3, 0.7), (-0.01, 2.0), (0.2, 1.0), (-3.0, -0.5)):
        on = grid(low, high)
        assert on is not None
        assert -on.bottom / on.step == pytest.approx(float(on.zero), abs=1e-3)


@pytest.mark.parametrize(("bits", "narrow", "count"), [(8, False, 256), (8, True, 255), (4, False, 16)])
def test_the_number_of_values(bits: int, narrow: bool, count: int) -> None:
    values = np.linspace(-2, 2, 5001, dtype="float32")
    assert len(np.unique(quantised(values, -1.0, 1.5, bits, narrow))) == count


def test_an_empty_range_makes_everything_zero() -> None:
    assert not quantised(np.ones(3, "float32"), 0.0, 0.0).any()


def test_rounding_twice_changes_nothing() -> None:
    values = np.linspace(-2, 2, 999, dtype="float32")
    once = quantised(values, -1.1, 0.9)
    np.testing.assert_array_equal(quantised(once, -1.1, 0.9), once)


def test_each_channel_has_its_range() -> None:
    values = np.stack([np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)], axis=-1).astype("float32")
    found = quantised(values, np.array([-1.0, -0.5], "float32"), np.array([1.0, 0.5], "float32"))
    assert found[:, 0].max() > 0.9
    assert found[:, 1].max() <= 0.51


def test_halves_are_rounded_as_the_kernel_of_tensorflow_does() -> None:
    """Recorded with ``fake_quant_with_min_max_vars`` of TensorFlow 2.21; other orders of the arithmetic differ here."""
    assert quantised(np.array([-0.75], "float32"), -0.9, 2.1, 8, True) == np.float32(-0.7440945)
    found = quantised(np.array([-0.825, -0.675], "float32"), -1.0, 1.1, 4, True)
    np.testing.assert_array_equal(found, np.array([-0.74999994, -0.59999996], "float32"))
