"""Copies of a repository to work on: nothing that this command does changes the original."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from codemods.files.copying import copy_folder, specials
from codemods.files.journal import STATE
from migrate.findings import MigrationError
from migrate.parity.golden import find_golden
from migrate.report.compatibility.inspector import ContentInspector
from migrate.report.compatibility.tree import SKIPPED
from migrate.repository.git import Checkout, TrackedFile

_LINK = "120000"
_EXECUTABLE = "100755"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of a repository.

    Attributes:
        root: the original.
        before: the copy, as it was.
        checkout: None outside of git.
        untracked: artifacts in the copy that git does not hold.
        left_out: files that are not in the copy, and why: tracked ones, and what can be no content of a repository.
    """

    root: Path
    before: Path
    checkout: Checkout | None
    untracked: frozenset[str]
    left_out: dict[str, str]


def take(root: Path, before: Path) -> Snapshot:
    """Copy a repository: of a checkout what is committed and the artifacts beside it, else all but environments.

    Raises:
        MigrationError: ``REPO001`` for a checkout with uncommitted changes.
    """
    checkout = Checkout.of(root)
    must_be_clean(root, checkout)
    shutil.rmtree(before, ignore_errors=True)
    before.mkdir(parents=True)
    if checkout is None:
        return Snapshot(root, before, None, frozenset(), _copy_folder(root, before))
    files = checkout.files()
    left_out = _write_tracked(checkout, files, before)
    tracked = {file.path for file in files}
    return Snapshot(root, before, checkout, frozenset(_add_untracked(root, before, tracked)), left_out)


def must_be_clean(root: Path, checkout: Checkout | None) -> None:
    """Refuse a checkout of which something is not committed.

    Raises:
        MigrationError: ``REPO001``.
    """
    first = checkout.uncommitted() if checkout is not None else None
    if first is not None:
        raise MigrationError(
            "REPO001",
            f"{root} has uncommitted changes ({first})",
            "Commit or stash them, and run the command again.",
        )


def write_inside(tree: Path, path: str, data: bytes) -> None:
    """Write a file of a copy: never through a link that a repository brought, which may lead out of it.

    Raises:
        MigrationError: ``SEC006``, a folder of the path is a link that leads out of the copy.
    """
    place = tree / path
    if not place.parent.resolve().is_relative_to(tree.resolve()):
        raise MigrationError("SEC006", f"{path} is behind a link out of the repository", "Remove the link.")
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    place.write_bytes(data)


def copy_tree(source: Path, target: Path) -> None:
    """A second copy, to be changed; one that is there already goes."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def _copy_folder(root: Path, before: Path) -> dict[str, str]:
    """Copy all but environments; what is left out besides, and why."""

    def leave(folder: str, names: list[str]) -> set[str]:
        if os.path.basename(folder) == STATE:
            return set(names) - {"state.json"}
        environments = {name for name in names if (Path(folder, name) / "pyvenv.cfg").exists()}
        return environments | set(names) & (SKIPPED - {STATE})

    return copy_folder(root, before, leave)


def _write_tracked(checkout: Checkout, files: list[TrackedFile], before: Path) -> dict[str, str]:
    left_out = {file.path: "its content is not in the clone" for file in files}
    for file, data in checkout.contents(files):
        path = before / file.path
        if not path.resolve().is_relative_to(before.resolve()):
            left_out[file.path] = "a link leads out of the repository"
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.mode == _LINK:
            target = os.fsdecode(data)
            if os.path.isabs(target) or not (path.parent / target).resolve().is_relative_to(before.resolve()):
                left_out[file.path] = "a link leads out of the repository"
                continue
            path.symlink_to(target)
        else:
            path.write_bytes(data)
            if file.mode == _EXECUTABLE:
                path.chmod(0o755)
        del left_out[file.path]
    return left_out


def _add_untracked(root: Path, before: Path, tracked: set[str]) -> list[str]:
    """Copy artifacts that git does not hold, with their recordings: weights are seldom committed."""
    added = []
    for name in ContentInspector().find(root, ()):
        path = root / name
        if name in tracked or path.is_symlink() or any(file.startswith(f"{name}/") for file in tracked):
            continue
        target = before / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, symlinks=True, ignore=specials, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target)
        golden = find_golden(path)
        if golden is not None and golden.is_relative_to(root) and not golden.is_symlink():
            shutil.copy2(golden, before / golden.relative_to(root))
        added.append(name)
    return added
