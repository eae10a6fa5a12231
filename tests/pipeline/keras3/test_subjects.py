"""Code beside an archive is run on the user's word alone, and what it would have defined says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.pipeline.keras3.subjects import UNRUN, Checker
from migrate.pipeline.request import Options
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.environment import World
from migrate.worlds.host.pool import Pool
from migrate.worlds.host.protocol import RemoteError
from tests.pipeline.keras3.test_matrix import WRITTEN

REFUSAL = WorldError(World.STOCK, RemoteError("TypeError", "Could not locate class 'Own'"))


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder as a migration writes it, which somebody else made."""
    folder = tmp_path / "downloaded"
    folder.mkdir()
    shutil.copy(WRITTEN / "3.15.1" / "dense.keras", folder / "model.keras")
    (folder / "custom_objects.py").write_text("open('/tmp/ran', 'w')\n")
    return folder / "model.keras"


@pytest.mark.parametrize(
    ("named", "trust", "runs"), [(False, False, 0), (True, False, 1), (False, True, 1), (True, True, 1)]
)
def test_code_beside_an_archive_runs_on_the_users_word(
    planted: Path, tmp_path: Path, named: bool, trust: bool, runs: int
) -> None:
    beside = planted.with_name("custom_objects.py")
    options = Options(custom_objects=(beside,) if named else (), trust=trust)
    with Pool(1, tmp_path / "work", sources=[planted.parent]) as pool, pool.slot() as slot:
        subject = Checker(slot, options).subject(planted, "model")
        assert slot.runs_foreign_code is bool(runs)
    assert len(subject.custom) == runs
    assert (UNRUN in subject.refused(REFUSAL)) is not bool(runs)


def test_an_archive_without_such_code_is_refused_for_its_own_sake(planted: Path, tmp_path: Path) -> None:
    planted.with_name("custom_objects.py").unlink()
    with Pool(1, tmp_path / "work", sources=[planted.parent]) as pool, pool.slot() as slot:
        subject = Checker(slot, Options()).subject(planted, "model")
    assert subject.refused(REFUSAL) == "Could not locate class 'Own'"
