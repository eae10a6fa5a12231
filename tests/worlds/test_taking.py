"""What a worker says that it wrote: taken where it is so, refused where the path or what is there is another's."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.taking import MAX_DEPTH, take, taken_folder
from migrate.worlds.host.worker import Worker


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    (tmp_path / "slot" / "modern").mkdir(parents=True)
    return Worker(World.MODERN, tmp_path / "slot" / "modern", Limits(file_bytes=1 << 20))


def test_a_folder_is_copied_as_plain_files(worker: Worker) -> None:
    """The control; permissions are the worker's choice and do not come along."""
    folder = worker.scratch / "below" / "saved_model"
    (folder / "variables").mkdir(parents=True)
    (folder / "variables" / "v").write_bytes(b"x" * 5000)
    os.chmod(folder / "variables" / "v", 0o4777)
    taken = take(worker, str(folder), "saved_model")
    assert taken == taken_folder(worker.scratch) / "saved_model"
    copy = taken / "variables" / "v"
    assert copy.read_bytes() == b"x" * 5000
    assert not copy.stat().st_mode & (stat.S_ISUID | stat.S_IXUSR | stat.S_IWOTH)
    (folder / "variables" / "v").write_bytes(b"another")
    assert copy.read_bytes() == b"x" * 5000
    take(worker, str(folder), "saved_model")
    assert copy.read_bytes() == b"another"


def test_a_path_elsewhere_is_refused(worker: Worker, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "key").write_text("secret")
    scratch = str(worker.scratch)
    for path in (
        str(private),
        f"{scratch}/../../private",
        f"{scratch}-taken/x",
        scratch,
        "model.keras",
        "",
        "/",
        f"{scratch}/a\0b",
        None,
        7,
        ["x"],
    ):
        with pytest.raises(ProtocolError):
            take(worker, path, "model.keras")
    assert (private / "key").read_text() == "secret"


def _link(path: Path, secret: Path) -> None:
    path.symlink_to(secret)


def _link_inside(path: Path, secret: Path) -> None:
    path.mkdir()
    (path / "assets").symlink_to(secret.parent)


def _folder_on_the_way(path: Path, secret: Path) -> None:
    path.symlink_to(secret.parent)


def _hard_link(path: Path, secret: Path) -> None:
    os.link(secret, path)


def _pipe(path: Path, secret: Path) -> None:
    os.mkfifo(path)


def _deep(path: Path, secret: Path) -> None:
    for _ in range(MAX_DEPTH + 2):
        path.mkdir()
        path = path / "d"


def _large(path: Path, secret: Path) -> None:
    path.mkdir()
    for name in "abc":
        with (path / name).open("wb") as file:
            file.truncate(1 << 19)


@pytest.mark.parametrize(
    "make",
    [_link, _link_inside, _hard_link, _pipe, _deep, _large, _folder_on_the_way],
    ids=lambda f: f.__name__[1:],
)
def test_what_is_no_file_of_its_own_is_refused(
    worker: Worker, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    (tmp_path / "private").mkdir()
    secret = tmp_path / "private" / "secret"
    secret.write_text("secret")
    path = worker.scratch / "out"
    make(path, secret)
    asked = path / "secret" if make is _folder_on_the_way else path
    with pytest.raises(ProtocolError):
        take(worker, str(asked), "out")
    found = [
        p for p in taken_folder(worker.scratch).rglob("*") if p.is_file() and p.read_bytes() == b"secret"
    ]
    assert not found
