"""A step of a sequence is covered where an output would have moved with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.slow


def _covered(layers: list[Any], sequence: np.ndarray[Any, Any]) -> dict[str, list[bool]]:
    import keras
    import tensorflow as tf

    from migrate.worlds.guest.sensitivity import Covered
    from migrate.worlds.modern.coverage import cover

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input(sequence.shape[1:]), *layers])
    covered = Covered()

    def forward(case: list[np.ndarray[Any, Any]]) -> list[Any]:
        return [model(tf.convert_to_tensor(case[0]), training=False)]

    cover(model, forward, [[sequence]], covered, ("", None))
    return {name: met for name, met in covered.branches.items() if name.endswith("/steps")}


def test_a_layer_that_reads_everything_covers_all_steps() -> None:
    keras = pytest.importorskip("keras")
    sequence = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
    assert list(_covered([keras.layers.LSTM(4)], sequence).values()) == [[True, True, True]]


def test_what_is_hidden_or_cut_off_is_not_covered() -> None:
    keras = pytest.importorskip("keras")
    sequence = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
    sequence[:, 0] = 0.0
    masked = _covered([keras.layers.Masking(), keras.layers.GRU(4)], sequence)
    assert list(masked.values()) == [[False, True, True]]
    cut = [keras.layers.GRU(4, return_sequences=True), keras.layers.Cropping1D((0, 5))]
    assert list(_covered(cut, sequence).values()) == [[True, False, False]]


def test_both_directions_are_layers_of_their_own() -> None:
    keras = pytest.importorskip("keras")
    sequence = np.random.default_rng(0).normal(size=(2, 1, 3)).astype("float32")
    found = _covered([keras.layers.Bidirectional(keras.layers.GRU(4))], sequence)
    assert len(found) == 2
    assert all(all(met) for met in found.values()), "one step is the first and the last one"
