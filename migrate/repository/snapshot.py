"""Copies of a repository to work on: nothing that this command does changes the original."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

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
        left_out: tracked files that are not in the copy, and why.
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
    shutil.rmtree(before, ignore_errors=True)
    before.mkdir(parents=True)
    if checkout is None:
        _copy_folder(root, before)
        return Snapshot(root, before, None, frozenset(), {})
    if (first := checkout.uncommitted()) is not None:
        raise MigrationError(
            "REPO001",
            f"{root} has uncommitted changes ({first})",
            "Commit or stash them, and run the command again.",
        )
    files = checkout.files()
    left_out = _write_tracked(checkout, files, before)
    tracked = {file.path for file in files}
    return Snapshot(root, before, checkout, frozenset(_add_untracked(root, before, tracked)), left_out)


def copy_tree(source: Path, target: Path) -> None:
    """A second copy, to be changed; one that is there already goes."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def _copy_folder(root: Path, before: Path) -> None:
    def skipped(folder: str, names: list[str]) -> set[str]:
        if os.path.basename(folder) == STATE:
            return set(names) - {"state.json"}
        return {
            name
            for name in names
            if name in SKIPPED - {STATE}
            or (Path(folder, name) / "pyvenv.cfg").exists()
            or (Path(folder, name).is_symlink() and not _leads_inside(root, Path(folder, name)))
        }

    shutil.copytree(root, before, symlinks=True, ignore=skipped, dirs_exist_ok=True)


def _leads_inside(root: Path, link: Path) -> bool:
    return not os.path.isabs(os.readlink(link)) and link.resolve().is_relative_to(root.resolve())


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
            shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target)
        golden = find_golden(path)
        if golden is not None and golden.is_relative_to(root):
            shutil.copy2(golden, before / golden.relative_to(root))
        added.append(name)
    return added
