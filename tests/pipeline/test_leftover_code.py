"""Workers that an author's code ran in serve no other artifact: what the code registered or patched would meet it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import MigrationError, Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.own_code import with_own_code
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.staging import stage
from migrate.worlds.host.pool import FRAMEWORKS, Slot
from tests.conftest import LEGACY_MODELS
from tests.scan.exploits import h5_model, lambda_h5, layer, sequential

MLP = LEGACY_MODELS / "keras-2.2.4" / "mlp" / "model.h5"
SCALE = """
from keras.layers import Layer


class Scale(Layer):
    def call(self, x):
        return x * 2
"""
NEEDS_SCALE = sequential(layer("Scale", {"name": "s", "batch_input_shape": [None, 2]}))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return h5_model(tmp_path / "in" / "m.h5", NEEDS_SCALE)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "layers.py").write_text(SCALE)
    return tmp_path / "code" / "layers.py"


def test_custom_objects_alone_are_an_authors_code(slot: Slot, code: Path) -> None:
    stage(MLP, Options(custom_objects=(code,)), slot)
    assert slot.runs_foreign_code


def test_a_model_of_stock_layers_takes_nothing_of_its_sources(slot: Slot, code: Path, model: Path) -> None:
    options = Options(source=(code.parent,))
    with_own_code(MLP, stage(MLP, options, slot), options, slot, Progress())
    assert not slot.runs_foreign_code
    slot.reset()
    with_own_code(model, stage(model, options, slot), options, slot, Progress())
    assert slot.runs_foreign_code


def test_what_is_trusted_is_its_authors(slot: Slot, tmp_path: Path) -> None:
    hostile = lambda_h5(slot.inputs / "lambda.h5", tmp_path / "marker")
    must_be_safe(slot, [MLP], trust=True)
    assert not slot.runs_foreign_code
    with pytest.raises(MigrationError, match="bytecode"):
        must_be_safe(slot, [hostile], trust=False)
    assert not slot.runs_foreign_code
    must_be_safe(slot, [hostile], trust=True)
    assert slot.runs_foreign_code


@pytest.mark.slow
def test_the_next_artifact_meets_nothing_of_it(slot: Slot, tmp_path: Path) -> None:
    """A file of custom objects that changes what a Dense layer computes, in each process that imports it."""
    patch = tmp_path / "patch.py"
    patch.write_text(
        "import keras\n"
        "def call(self, inputs, *more, **named):\n"
        "    return 0 * inputs[..., :1] + keras.ops.ones(self.units)\n"
        "try:\n    keras.layers.Dense.call = call\nexcept AttributeError:\n    pass\n"
    )
    shutil.copy(MLP, tmp_path / "m.h5")
    # the golden outputs were recorded without it: that it is in force is seen
    shutil.copy(MLP.with_name("model.golden.npz"), tmp_path / "m.golden.npz")
    request = ArtifactRequest(tmp_path / "m.h5", "m.h5", tmp_path / "out", "m")
    patched = migrate_artifact(request, Options(custom_objects=(patch,)), slot)
    assert patched.status is Status.FAILED
    slot.reset()
    assert [world for world in FRAMEWORKS if slot.workers[world].alive] == []
    assert migrate_artifact(request, Options(), slot).status is Status.MIGRATED
