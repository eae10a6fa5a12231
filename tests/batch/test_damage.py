"""Outputs, ledgers and state that were damaged, forged or linked elsewhere between two runs."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.batch.events import Event
from migrate.findings import MigrationError
from tests.batch.support import intact, models, run, statuses

STATE = Path(".keras-migrate")
LEDGER = STATE / "ledger.sqlite"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of two artifacts; not to be changed."""
    home = tmp_path_factory.mktemp("finished")
    run(models(home / "in", "a", "b"), home / "out")
    return home


@pytest.fixture
def finished(once: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Sources and outputs of that run, of one's own; the ledger knows the sources where they were."""
    shutil.copytree(once / "out", tmp_path / "out")
    return once / "in", tmp_path / "out"


def begun(source: Path, out: Path) -> list[str]:
    """What another run migrates; afterwards all is as it should be."""
    events: list[Event] = []
    report = run(source, out, events)
    assert statuses(report) == {"a.h5": "migrated", "b.h5": "migrated"}
    intact(out, "a", "b")
    return sorted(event.source for event in events if event.kind == "start")


def test_what_is_as_it_was_stays(finished: tuple[Path, Path]) -> None:
    """The control; a copy has other times, so that each file is read."""
    assert begun(*finished) == []


def _delete(out: Path) -> None:
    (out / "a" / "model.keras").unlink()


def _delete_all(out: Path) -> None:
    shutil.rmtree(out / "a")


def _overwrite(out: Path) -> None:
    (out / "a" / "model.keras").write_bytes(b"garbage")


def _overwrite_alike(out: Path) -> None:
    file = out / "a" / "model.keras"
    file.write_bytes(bytes(file.stat().st_size))


def _change_record(out: Path) -> None:
    file = out / "a" / "migration.json"
    file.write_text(file.read_text().replace("hdf5-model", "another"))


def _link(out: Path) -> None:
    (out / "a" / "model.keras").rename(out.parent / "elsewhere")
    (out / "a" / "model.keras").symlink_to(out.parent / "elsewhere")


DAMAGE = [_delete, _delete_all, _overwrite, _overwrite_alike, _change_record, _link]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda f: f.__name__[1:])
def test_damaged_outputs_are_made_again(finished: tuple[Path, Path], damage: Callable[[Path], None]) -> None:
    source, out = finished
    damage(out)
    assert begun(source, out) in (
        ["a.h5"],
        [],
    )  # a record alone may be taken over with what it still tells of
    assert begun(source, out) == []


@pytest.mark.parametrize("damage", DAMAGE[:4], ids=lambda f: f.__name__[1:])
def test_without_a_ledger_only_whole_outputs_are_taken_over(
    finished: tuple[Path, Path], damage: Callable[[Path], None]
) -> None:
    source, out = finished
    (out / LEDGER).write_bytes(b"no database")
    damage(out)
    assert begun(source, out) == ["a.h5"]


def test_a_damaged_ledger_costs_nothing_but_itself(finished: tuple[Path, Path]) -> None:
    """Thirty of them: bytes turned, cut, zeroed; each run ends with the same results."""
    source, out = finished
    whole = (out / LEDGER).read_bytes()
    generator = random.Random(7)
    for number in range(30):
        data = bytearray(whole)
        if number % 3 == 0:
            del data[generator.randrange(len(data)) :]
        elif number % 3 == 1:
            for _ in range(40):
                data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        else:
            start = generator.randrange(len(data))
            data[start : start + 2000] = bytes(len(data[start : start + 2000]))
        for suffix in ("-wal", "-shm"):
            (out / f"{LEDGER}{suffix}").unlink(missing_ok=True)
        (out / LEDGER).write_bytes(bytes(data))
        report = run(source, out)
        assert statuses(report) == {"a.h5": "migrated", "b.h5": "migrated"}, number


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE artifacts SET result = '{}'",
        "UPDATE artifacts SET result = 'no json'",
        "UPDATE artifacts SET result = x'ff00'",
        "UPDATE artifacts SET classes = '7'",
        "UPDATE artifacts SET files = '[]'",
        "UPDATE artifacts SET folder = '../../elsewhere'",
        "UPDATE artifacts SET folder = '/elsewhere'",
        "UPDATE artifacts SET folder = x'00ff'",
        "UPDATE attempts SET phases = 'x'",
        "UPDATE rulesets SET parts = '[[['",
        "DROP TABLE files",
        "DROP TABLE artifacts",
        "ALTER TABLE artifacts RENAME COLUMN folder TO other",
        "ALTER TABLE attempts RENAME COLUMN seconds TO other",
        "UPDATE runs SET started = 'x'",
    ],
)
def test_a_sound_database_of_something_else_costs_nothing_but_itself(
    finished: tuple[Path, Path], change: str
) -> None:
    source, out = finished
    with sqlite3.connect(out / LEDGER) as db:
        db.execute(change)
    db.close()
    begun(source, out)
    assert not (out.parent / "elsewhere").exists()


@pytest.mark.parametrize(
    "name", ["lock", "log.jsonl", "ledger.sqlite", "ledger.sqlite-wal", "report.json.tmp"]
)
def test_a_link_in_the_state_is_not_followed(finished: tuple[Path, Path], name: str) -> None:
    source, out = finished
    mine = out.parent / "mine"
    mine.write_text("mine")
    (out / STATE / name).unlink(missing_ok=True)
    (out / STATE / name).symlink_to(mine)
    with pytest.raises(MigrationError, match="is a link") as caught:
        run(source, out)
    assert caught.value.code == "RUN011"
    assert mine.read_text() == "mine"


def test_a_link_in_place_of_the_state_is_not_followed(finished: tuple[Path, Path]) -> None:
    source, out = finished
    (out.parent / "mine").mkdir()
    shutil.rmtree(out / STATE)
    (out / STATE).symlink_to(out.parent / "mine")
    with pytest.raises(MigrationError, match="is a link"):
        run(source, out)
    assert not list((out.parent / "mine").iterdir())


def test_a_pipe_in_the_state_is_not_waited_for(finished: tuple[Path, Path]) -> None:
    source, out = finished
    (out / STATE / "log.jsonl").unlink()
    os.mkfifo(out / STATE / "log.jsonl")
    with pytest.raises(MigrationError, match="cannot be written"):
        run(source, out)
