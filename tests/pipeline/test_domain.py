"""Where an input is NaN or infinite, the record says whether the models still agree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow


def _said(case: str, legacy_models: Path, slot: Slot, folder: Path) -> list[str]:
    path = Path(shutil.copy(legacy_models / case / "model.h5", folder / "model.h5"))
    request = ArtifactRequest(path, "model.h5", folder / "out", "model")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=7), slot)
    assert result.status is Status.MIGRATED
    return [finding.message for finding in result.findings if finding.code == "PAR011"]


def test_a_layer_that_multiplied_by_zero_is_named(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    said = _said("keras-2.2.4/activation_layers", legacy_models, slot, tmp_path)
    assert any("minus infinity" in message for message in said), said


def test_models_that_agree_everywhere_have_no_such_finding(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    assert _said("keras-2.2.4/mlp", legacy_models, slot, tmp_path) == []


ENDS = """
import os

import keras
import tensorflow as tf

LEGACY = keras.__version__ < "3"


class Scale(keras.layers.Layer):
    def __init__(self, power=1, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs):
        if LEGACY is {legacy} and tf.executing_eagerly() and bool(tf.reduce_any(tf.math.is_nan(inputs))):
            os._exit(1)
        for _ in range(self.power):
            inputs = inputs * self.factor
        return inputs

    def get_config(self):
        return {{**super().get_config(), "power": self.power}}
"""


@pytest.mark.parametrize("legacy", [True, False])
def test_numbers_that_end_a_process_do_not_cost_the_artifact(
    legacy: bool, legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    """A layer of the user's whose process ends when it meets NaN: in the one world, or in the other."""
    path = Path(shutil.copy(legacy_models / "tf.keras-2.8/custom_layer/model.h5", tmp_path / "model.h5"))
    code = tmp_path / "ends.py"
    code.write_text(ENDS.format(legacy=legacy))
    request = ArtifactRequest(path, "model.h5", tmp_path / "out", "model")
    options = Options(targets=frozenset({Target.KERAS}), seed=7, custom_objects=(code,))
    result = migrate_artifact(request, options, slot)
    assert result.status is Status.MIGRATED, result.findings
    said = [finding.message for finding in result.findings if finding.code == "PAR011"]
    if legacy:
        assert said == [], "the original has no answer there"
    else:
        assert len(said) == 1
        assert (
            "the migrated model rejects NaN and infinities: the modern worker ended with status 1" in said[0]
        )
