"""Lines that draw with NumPy or with Python itself."""

from __future__ import annotations

from pathlib import Path

from migrate.own_code.drawing import lines_that_draw
from migrate.own_code.files import SourceIndex
from migrate.own_code.find import find_sources

TEXT = """import random
import numpy as np
import tensorflow as tf
from numpy.random import normal as gauss

np.random.seed(3)


class Noisy(tf.keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.random = tf.random

    def call(self, x):
        x = x + np.random.normal(size=3)
        x = x * random.random()
        x = x + gauss()
        return x + self.random.normal(tf.shape(x)) + tf.random.normal(tf.shape(x))
"""


def test_lines_are_named(tmp_path: Path) -> None:
    (tmp_path / "noise.py").write_text(TEXT)
    found = find_sources(SourceIndex((tmp_path,)), ["Noisy"], tmp_path / "model.h5")
    assert found is not None
    assert lines_that_draw(found.slice) == ["noise.py:15", "noise.py:16", "noise.py:17"]
