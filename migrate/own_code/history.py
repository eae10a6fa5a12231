"""Sources as they were when a file of weights was committed, where the checkout has other ones today.

Weights stay in a repository while their code moves on. What git holds is read as objects: nothing that the repository
configures runs (no hooks, no filters), nothing is checked out, and the user's checkout stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codemods.files.git import ask, contents, program

_CODE = (".py", ".ipynb")
_READ = (*_CODE, ".json", ".yaml", ".yml", ".cfg", ".ini", ".csv", ".txt")
"""Code, and the kinds of files that builders read their settings from."""
_MAX_FILE = 8 << 20
_MAX_FILES = 20_000
_MAX_BYTES = 256 << 20
_SHOWN = 10
"""Digits of a commit that are told."""
_SECONDS = 60.0
"""How long git may think about one question."""


@dataclass(frozen=True, slots=True)
class Past:
    """Sources of an earlier commit.

    Attributes:
        commit: its first digits.
        roots: the folders of sources, as they were.
        artifact: where the weights stood among them; there is no file.
        folder: what holds all of it.
    """

    commit: str
    roots: tuple[Path, ...]
    artifact: Path
    folder: Path

    def told(self, text: str) -> str:
        """A text with the places of its files as git names them: ``90b29403d1:models/net.py``."""
        return text.replace(f"{self.folder}{os.sep}", f"{self.commit}:")


def when_committed(path: Path, roots: Sequence[Path], into: Path) -> Past | None:
    """The sources of the commit that last changed a file of weights.

    Args:
        path: of the weights.
        roots: sources that the user gave, of which those in the same checkout are looked at.
        into: a folder to write them to.

    Returns:
        None outside of a checkout, without git, where no root lies in it, and where the sources have not changed since.
    """
    git = program()
    top = ask(git, path.parent, ["rev-parse", "--show-toplevel"], _SECONDS) if git else None
    if git is None or top is None:
        return None
    checkout = Path(os.fsdecode(top.rstrip(b"\n"))).resolve()
    artifact = path.resolve()
    inside = [root.resolve() for root in roots if root.resolve().is_relative_to(checkout)]
    if not inside or not artifact.is_relative_to(checkout):
        return None
    name = artifact.relative_to(checkout).as_posix()
    told = ask(git, checkout, ["rev-list", "--max-count=1", "HEAD", "--", name], _SECONDS)
    commit = told.decode("ascii", "replace").strip() if told else ""
    if not commit:
        return None
    wanted = [root.relative_to(checkout) for root in inside]
    then, today = (_tree(git, checkout, at, wanted) for at in (commit, "HEAD"))
    if _code(then) == _code(today):
        return None
    folder = into / commit[:_SHOWN]
    _write(git, checkout, then, folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)  # settings are looked for there
    roots_then = tuple(folder / root for root in wanted if (folder / root).exists())
    return Past(commit[:_SHOWN], roots_then, folder / name, folder) if roots_then else None


def _tree(git: str, checkout: Path, commit: str, below: Sequence[Path]) -> dict[str, str]:
    """Path → object of the plain files of a commit that matter, below some folders of it."""
    listed = ask(git, checkout, ["ls-tree", "-r", "-z", "-l", "--full-tree", commit], _SECONDS)
    found: dict[str, str] = {}
    for line in filter(None, (listed or b"").split(b"\0")):
        head, _, raw = line.partition(b"\t")
        fields, name = head.decode("ascii", "replace").split(), os.fsdecode(raw)
        path = PurePosixPath(name)
        plain = len(fields) == 4 and fields[0].startswith("100") and fields[3].isdigit()
        if not plain or not name.endswith(_READ) or int(fields[3]) > _MAX_FILE:
            continue
        if path.is_absolute() or ".." in path.parts or len(found) >= _MAX_FILES:
            continue
        if any(Path(path).is_relative_to(root) for root in below):
            found[name] = fields[2]
    return found


def _code(tree: dict[str, str]) -> dict[str, str]:
    return {name: blob for name, blob in tree.items() if name.endswith(_CODE)}


def _write(git: str, checkout: Path, tree: dict[str, str], folder: Path) -> None:
    written = 0
    for name, data in zip(tree, contents(git, checkout, tree.values()), strict=True):
        if data is None:
            continue
        written += len(data)
        if written > _MAX_BYTES:
            return
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
