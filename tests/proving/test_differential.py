"""Definitions built and run in both worlds: equal ones are equal, and planted differences are found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.proving.records import Proof, Verdict
from migrate.proving.run import Sources, prove_all
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow
BLOSSOM = Path(__file__).resolve().parent.parent / "codemods" / "projects" / "blossom"
BEFORE = '''"""Layers."""

from tensorflow import keras
from tensorflow.keras import backend as K


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = keras.layers.BatchNormalization(momentum=0.9)
        self.drop = keras.layers.Dropout(0.5)
        self.out = keras.layers.Dense(4)

    def call(self, inputs):
        hidden = self.drop(self.norm(inputs))
        return self.out(K.softmax(hidden, axis=-1))
'''
AFTER = (
    BEFORE.replace("from tensorflow import keras", "import keras")
    .replace("from tensorflow.keras import backend as K\n", "")
    .replace("K.softmax", "keras.ops.softmax")
)
PLANTED = {
    "momentum=0.9": ("momentum=0.99", "after a training call, norm/moving_mean"),
    "Dropout(0.5)": ("Dropout(0.25)", "output in training"),
    "axis=-1": ("axis=1", "output"),
    "Dense(4)": ("Dense(4, trainable=False)", "trainable weights"),
}


def proofs(before: Path, slot: Slot, after: Path | None = None) -> dict[str, Proof]:
    report = prove_all(Sources(before, after), slot)
    return {f"{proof.name}({proof.arguments})": proof for proof in report.proofs}


def test_own_code_of_a_project_is_equal_in_both_worlds(slot: Slot) -> None:
    found = proofs(BLOSSOM, slot)
    assert {name: p.reason for name, p in found.items() if p.verdict is not Verdict.EQUAL} == {}
    assert len({p.name for p in found.values()}) == 6
    pooling = found["AttentionPooling(4)"]
    assert pooling.modern is not None
    assert pooling.modern.share == 1.0
    assert pooling.paired == "names"
    assert len(pooling.inputs) > 1


def test_own_code_with_a_planted_difference_is_named(slot: Slot, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, text in ((before, BEFORE), (after, AFTER)):
        folder.mkdir()
        (folder / "layers.py").write_text(text)
    assert proofs(before, slot, after)["Block()"].verdict is Verdict.EQUAL
    for old, (new, result) in PLANTED.items():
        assert old in AFTER
        (after / "layers.py").write_text(AFTER.replace(old, new))
        proof = proofs(before, slot, after)["Block()"]
        assert proof.verdict is Verdict.DIFFERS, new
        assert result in [entry.name for entry in proof.compared if not entry.equal], new


def test_own_code_that_raises_in_keras_3_is_named_with_its_line(slot: Slot, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(BLOSSOM, before)
    (before / "blossom" / "layers.py").write_text(BEFORE)
    shutil.copytree(before, after)
    text = AFTER.replace("self.drop(self.norm(inputs))", "self.drop(self.norm(inputs)).numpy_of_keras_2()")
    (after / "blossom" / "layers.py").write_text(text)
    report = prove_all(Sources(before, after), slot, names=["Block"])
    (proof,) = report.proofs
    assert proof.verdict is Verdict.BROKEN
    assert text.splitlines()[proof.at - 1].endswith("numpy_of_keras_2()")
    assert report.counts["broken"] == 1


def test_own_code_that_nothing_compares_is_no_success(slot: Slot, tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(
        "import numpy as np\nfrom tensorflow import keras\n\n\nclass Noise(keras.layers.Layer):\n"
        "    def call(self, x):\n        return x * 0 + np.random.default_rng().normal()\n\n\n"
        "class Constant(keras.layers.Layer):\n    def call(self, x):\n        return x * 0\n"
    )
    found = proofs(tmp_path, slot)
    assert {p.verdict for p in found.values()} == {Verdict.UNPROVEN}
    assert found["Noise()"].reason == "all results are random"
    assert found["Constant()"].reason == "all results are the same number, whatever the input"
