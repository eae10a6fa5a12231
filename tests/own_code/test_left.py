"""What the rewrite of a slice leaves to a person, and what a person wrote in its place."""

from __future__ import annotations

from pathlib import Path

from migrate.own_code.files import SourceIndex
from migrate.own_code.find import find_sources

LAYER = """import argparse
from keras import backend as K
from keras.layers import Layer


class Twice(Layer):
    def twice(self, x):
        return K.in_train_phase(x, 2 * x)

    def thrice(self, x):
        x = x + 1
        return K.in_train_phase(x, 2 * x)

    def call(self, x):
        return self.twice(x) + self.thrice(x)
"""
HELPER = "from keras import backend as K\n\n\ndef decayed(x):\n    return x * K.learning_phase()\n"
BY_HAND = """import keras


class Twice(keras.layers.Layer):
    def call(self, x, training=None):
        return x if training else 2 * x
"""


def _write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_each_line_has_its_place_in_the_sources_and_its_rule(tmp_path: Path) -> None:
    folder = _write(tmp_path / "src", layer=LAYER, helper=HELPER)
    found = find_sources(SourceIndex((folder,)), ["Twice", "decayed()"], tmp_path / "model.h5")
    assert found is not None
    told = [one.split(" (")[0] for one in found.left]
    assert told == [
        "layer.py:8: BKD003 K.in_train_phase is not in Keras 3",
        "layer.py:12: BKD003 K.in_train_phase is not in Keras 3",
        "helper.py:5: BKD003 K.learning_phase is not in Keras 3",
    ]
    assert "take a `training` argument in call()" in found.left[0]


def test_nothing_is_left_where_the_rules_rewrite_all(tmp_path: Path) -> None:
    text = LAYER.replace("K.in_train_phase(x, 2 * x)", "K.concatenate([x, 2 * x])")
    found = find_sources(
        SourceIndex((_write(tmp_path / "src", layer=text),)), ["Twice"], tmp_path / "model.h5"
    )
    assert found is not None
    assert found.left == []


def test_what_a_person_wrote_stands_in_place_of_the_rewritten(tmp_path: Path) -> None:
    old = SourceIndex((_write(tmp_path / "src", layer=LAYER, helper=HELPER),))
    new = SourceIndex((_write(tmp_path / "new", layer=BY_HAND),))
    found = find_sources(old, ["Twice", "decayed()"], tmp_path / "model.h5", new)
    assert found is not None
    assert found.legacy is not None
    assert "in_train_phase" in found.legacy.text
    assert "in_train_phase" not in found.after
    assert "x if training else 2 * x" in found.after
    assert 'register_keras_serializable(package="layer")\nclass Twice' in found.after
    assert "def decayed" in found.after
    assert all("helper.py" in one for one in found.left)


def test_what_a_person_wrote_is_enough_where_the_old_source_is_lost(tmp_path: Path) -> None:
    new = SourceIndex((_write(tmp_path / "new", layer=BY_HAND),))
    found = find_sources(SourceIndex(()), ["Twice"], tmp_path / "model.h5", new)
    assert found is not None
    assert found.legacy is None
    assert [part.left for part in found.modern] == [()]
    assert found.places["Twice"].file.name == "layer.py"
