"""Remainders, and means of whole numbers, are those of TensorFlow over the whole range of their types."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def numbers() -> np.random.RandomState:
    return np.random.RandomState(0)


def test_remainders_of_floats(numbers: np.random.RandomState) -> None:
    import tensorflow as tf

    from migrate.worlds.modern.operations.numbers import truncatemod

    x = numbers.normal(size=1000) * 10.0 ** numbers.uniform(-5, 30, 1000)
    y = numbers.normal(size=1000) * 10.0 ** numbers.uniform(-5, 5, 1000)
    x = np.concatenate([x, [np.inf, -np.inf, np.nan, 0, 7, -7]]).astype("float32")
    y = np.concatenate([y, [2, 2, 2, 3, np.inf, np.inf]]).astype("float32")
    np.testing.assert_array_equal(np.asarray(truncatemod(x, y)), tf.truncatemod(x, y).numpy())


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_remainders_of_integers(numbers: np.random.RandomState, dtype: str) -> None:
    import tensorflow as tf

    from migrate.worlds.modern.operations.numbers import truncatemod

    x = numbers.randint(-(2**31) + 1, 2**31 - 1, 1000).astype(dtype)
    y = numbers.choice([-1000, -7, 3, 999], 1000).astype(dtype)
    np.testing.assert_array_equal(np.asarray(truncatemod(x, y)), tf.truncatemod(x, y).numpy())


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
@pytest.mark.parametrize("axis", [0, 1, [0, 1], None])
def test_means_of_integers(numbers: np.random.RandomState, dtype: str, axis: int | list[int] | None) -> None:
    import tensorflow as tf

    from migrate.worlds.modern.operations.numbers import reduce_mean

    bounds = np.iinfo(dtype)
    x = tf.constant(numbers.uniform(bounds.min * 0.99, bounds.max * 0.99, (5, 300)).astype(dtype))
    np.testing.assert_array_equal(np.asarray(reduce_mean(x, axis)), tf.reduce_mean(x, axis).numpy())
