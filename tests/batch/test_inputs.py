"""What the workers of a batch may read: the artifacts, and what goes with them."""

from __future__ import annotations

from pathlib import Path

from migrate.batch.inputs import find
from tests.conftest import LEGACY_MODELS

SERVED = LEGACY_MODELS / "tf.keras-2.11" / "module_parsing" / "saved_model"


def test_a_recording_beside_a_saved_model_that_is_named_itself_can_be_read() -> None:
    found = find([str(SERVED)])
    [candidate] = found.candidates
    [recording] = candidate.companions
    assert recording.name == "saved_model.golden.npz"
    assert any(recording.is_relative_to(root) for root in found.roots)


def test_nothing_else_is_opened_for_an_artifact_without_companions(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "saved_model"
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes((SERVED / "saved_model.pb").read_bytes())
    assert find([str(folder)]).roots == (folder,)
