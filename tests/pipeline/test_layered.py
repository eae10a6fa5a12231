"""Large models leave memory early, and a difference is still traced to its layer."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.model import Model
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Status
from migrate.pipeline import comparison, layered
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.translated import modern_structure
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.stock import PredictLoaded
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow
MODEL = Path(__file__).parents[2] / "legacy_models" / "keras-2.2.4" / "transfer" / "model.h5"


@pytest.fixture
def request_of(tmp_path: Path) -> ArtifactRequest:
    """A model without recordings beside it, whose outputs differ by rounding."""
    path = shutil.copy(MODEL, tmp_path / "model.h5")
    return ArtifactRequest(path=Path(path), source="model.h5", out=tmp_path / "out", folder="model")


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "large":
        monkeypatch.setattr(comparison, "SMALL_PARAMETERS", 0)
    return str(request.param)


def test_what_is_no_longer_needed_is_forgotten(slot: Slot, request_of: ArtifactRequest, size: str) -> None:
    result = migrate_artifact(request_of, Options(), slot)
    assert result.status is Status.MIGRATED
    for worker in (slot.legacy, slot.stock):
        kind = PredictLoaded if worker is slot.stock else Predict
        call = kind(slot.inputs / "probes.safetensors", out="again.safetensors")
        if size == "small":
            assert worker.ask(call).file
        else:
            with pytest.raises(WorldError, match="model"):
                worker.ask(call)


@pytest.mark.usefixtures("size")
def test_a_difference_is_traced_to_its_first_layer(
    slot: Slot, request_of: ArtifactRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_kernel(slot: Slot) -> Model:
        path = slot.reader.scratch / "modern.safetensors"
        arrays = load_arrays(path)
        (kernel,) = (name for name in arrays if "head" in name and name.endswith("kernel"))
        save_arrays(path, {**arrays, kernel: arrays[kernel] * np.float32(1.001)})
        return modern_structure(slot)

    monkeypatch.setattr(layered, "modern_structure", other_kernel)
    result = migrate_artifact(request_of, Options(), slot)
    assert result.status is Status.FAILED
    [finding] = [f for f in result.findings if f.code == "PAR001"]
    assert "the first layer that differs is 'head'" in finding.message
