"""A number of a weight is covered where an output would have moved by more than is forgiven."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_what_no_input_reaches_is_not_covered() -> None:
    tf = pytest.importorskip("tensorflow")
    from migrate.worlds.guest.sensitivity import gradients_of, mark

    kernel = tf.Variable([[1.0, 2.0], [3.0, 4.0], [1e-9, 5.0]])
    table = tf.Variable(np.ones((5, 2), np.float32))
    unused = tf.Variable([1.0])
    line = tf.constant([[1.0, 0.0, 1.0]])

    def run() -> list[object]:
        return [line @ kernel, tf.gather(table, [1, 3, 3]), tf.constant([7])]

    read = {"kernel": kernel, "table": table, "unused": unused}
    gradients = gradients_of(read, run, ("", None), np.random.default_rng(0))
    assert gradients.keys() == {"kernel", "table"}
    masks = {name: np.zeros(tuple(read[name].shape), bool) for name in gradients}
    for name, gradient in gradients.items():
        mark(masks[name], read[name].numpy(), gradient)
    np.testing.assert_array_equal(masks["kernel"], [[True, True], [False, False], [True, True]])
    assert masks["table"].all(axis=1).tolist() == [False, True, False, True, False]


def test_a_change_within_the_tolerance_is_not_noticed() -> None:
    tf = pytest.importorskip("tensorflow")
    from migrate.worlds.guest.sensitivity import gradients_of, mark

    weak, strong = tf.Variable([1.0]), tf.Variable([1.0])
    read = {"weak": weak, "strong": strong}
    gradients = gradients_of(read, lambda: [1e-6 * weak + strong], ("", None), np.random.default_rng(0))
    masks = {name: np.zeros(1, bool) for name in read}
    for name, gradient in gradients.items():
        mark(masks[name], read[name].numpy(), gradient)
    assert (masks["weak"][0], masks["strong"][0]) == (False, True)
