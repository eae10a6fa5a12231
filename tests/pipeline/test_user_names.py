"""No message speaks of files that the run made for itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.user_names import UserNames
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

SCRATCH = Path("/scratch/pool/slot0")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"cannot open {SCRATCH}/inputs/original.h5: truncated", "cannot open mine.h5: truncated"),
        ("original.weights.h5 holds no layer", "mine.h5 holds no layer"),
        (f"No file {SCRATCH}/legacy/reference.safetensors", "No file reference.safetensors"),
        (f'File "{SCRATCH}/inputs/custom_0_layers.py", line 3', 'File "layers.py", line 3'),
        (
            "the original is another one, see original values",
            "the original is another one, see original values",
        ),
        ("my_original.h5 is yours", "my_original.h5 is yours"),
    ],
)
def test_names_are_the_users(said: str, shown: str) -> None:
    assert UserNames("mine.h5", SCRATCH)(said) == shown


def test_parts_of_a_checkpoint_keep_their_ends() -> None:
    names = UserNames("ckpt-7.index", SCRATCH)
    assert names("original.ckpt.data-00000-of-00001 is missing") == "ckpt-7.data-00000-of-00001 is missing"


def test_without_a_scratch_folder_nothing_changes() -> None:
    assert UserNames()("original.h5") == "original.h5"


@pytest.mark.slow
@pytest.mark.parametrize("case", ["truncated_h5", "checkpoint_without_data", "truncated_archive"])
def test_refusals_of_the_worlds_name_the_users_file(slot: Slot, tmp_path: Path, case: str) -> None:
    folder = shutil.copytree(LEGACY_MODELS / "broken" / case, tmp_path / case)
    artifact = next(path for path in sorted(folder.iterdir()) if path.suffix in {".h5", ".keras", ".index"})
    result = migrate_artifact(
        ArtifactRequest(artifact, artifact.name, tmp_path / "out", "model"), Options(), slot
    )
    assert result.findings
    for finding in result.findings:
        for text in (finding.message, finding.hint, finding.place):
            assert str(slot.folder) not in text
            assert "original." not in text
