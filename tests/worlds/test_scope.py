"""The legacy world reads classes back that tf-keras exports and does not list."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS, ROOT

pytestmark = pytest.mark.slow


def test_spectral_normalization_has_a_reference_without_a_recording(slot: Slot, tmp_path: Path) -> None:
    path = Path(
        shutil.copy(LEGACY_MODELS / "tf.keras-2.15/addons_normalization/model.h5", tmp_path / "model.h5")
    )
    options = Options(targets=frozenset({Target.KERAS}))
    result = migrate_artifact(ArtifactRequest(path, "model.h5", tmp_path / "out", "model"), options, slot)
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert result.parity.evidence == "reconstructed"


def test_no_other_layer_is_missing_from_what_tf_keras_reads_back() -> None:
    program = (
        "import tf_keras\nfrom tf_keras.src.layers import serialization as listed\n"
        "listed.populate_deserializable_objects()\n"
        "classes = {n: v for n, v in vars(tf_keras.layers).items() if isinstance(v, type)}\n"
        "layers = {n for n, v in classes.items() if issubclass(v, tf_keras.layers.Layer)}\n"
        "from migrate.worlds.legacy.scope import UNLISTED\n"
        "print(sorted(layers - set(listed.LOCAL.ALL_OBJECTS)) == sorted(UNLISTED))"
    )
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]
