"""Where a repository defines a name: every class and function of its Python files and notebooks, by name."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.files.kinds import PRUNED
from codemods.files.source import Source, SourceError
from codemods.run.notebooks import joined_code
from migrate.results import RECORD

_DEFINITION = re.compile(rb"^([ \t]*)(class|def)[ \t]+(\w+)", re.MULTILINE)
_SUFFIXES = (".py", ".ipynb")
_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
_CLIMB = 5
"""How many folders above an artifact its project is looked for."""
_MAX_FILES = 20_000
_MAX_BYTES = 8 << 20
_LEDGER = ".keras-migrate/ledger.sqlite"
"""In the folder that a batch writes into."""
STUBS = "stubs"
"""Folder below the outputs for what nothing defines."""
_CACHE: dict[str, tuple[tuple[str, int, int], ...]] = {}
"""Digest of a file to the names that it defines, with line and indentation."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line (from 1; of a notebook the line in its joined code cells) that define a name."""

    root: Path
    file: Path
    line: int

    def __str__(self) -> str:
        inside = self.file.is_relative_to(self.root)
        return f"{self.file.relative_to(self.root) if inside else self.file}:{self.line}"


class SourceIndex:
    """The classes and functions of folders and files, by name.

    Args:
        roots: folders, or single Python files and notebooks.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)

    @cached_property
    def names(self) -> dict[str, list[Place]]:
        """Name → the places that define it, those outside of other definitions first."""
        found: dict[str, list[tuple[int, Place]]] = {}
        for root in self.roots:
            for file in files_below(root):
                for name, line, indent in _definitions(file):
                    place = Place(root if root.is_dir() else root.parent, file, line)
                    found.setdefault(name, []).append((indent, place))
        return {name: [place for _, place in sorted(places, key=_outer)] for name, places in found.items()}

    def places(self, name: str, near: Path | None = None) -> list[Place]:
        """Where a name is defined, the nearest to an artifact first; empty when nowhere."""
        found = self.names.get(name, [])
        return found if near is None else sorted(found, key=lambda place: -_shared(place.file, near))


def _outer(entry: tuple[int, Place]) -> tuple[int, bool, str, int]:
    indent, place = entry
    test = any("test" in part for part in place.file.parts[-2:])
    return indent, test, str(place.file), place.line


def _shared(file: Path, near: Path) -> int:
    """How many folders two paths have in common."""
    count = 0
    for one, other in zip(file.parts, near.parts, strict=False):
        if one != other:
            break
        count += 1
    return count


def project_of(path: Path) -> Path:
    """The folder of the project that a file or folder belongs to: the nearest one that is marked, else its own.

    What stands before a ``..`` is no folder above it; links stay what they are: a project may hold its models by one.
    """
    path = Path(os.path.abspath(path))
    own = path if path.is_dir() else path.parent
    above = [own, *list(own.parents)[:_CLIMB]]
    return next((folder for folder in above if any((folder / m).exists() for m in _MARKS)), path.parent)


def files_below(root: Path) -> Iterator[Path]:
    """Python files and notebooks of a folder, sorted; a file is itself.

    What a batch wrote below it is no source of the next one: folders of outputs, and stubs, which are sources of their
    own once they are filled in.
    """
    if root.is_file():
        yield root
        return
    count = 0
    for folder, folders, files in os.walk(root):
        if RECORD in files and folder != str(root):
            folders.clear()
            continue
        written = {STUBS} if Path(folder, _LEDGER).is_file() else frozenset()
        folders[:] = sorted(
            name for name in folders if name not in PRUNED | written and not name.startswith(".")
        )
        for name in sorted(files):
            if name.endswith(_SUFFIXES):
                count += 1
                if count > _MAX_FILES:
                    return
                yield Path(folder, name)


def _definitions(file: Path) -> list[tuple[str, int, int]]:
    """Names that a file defines, with line and indentation; by text, which is what finds them fast."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            return []
        data = file.read_bytes() if file.suffix == ".py" else code_of(file).encode()
    except (OSError, SourceError):
        return []
    key = hashlib.sha256(data).hexdigest()
    if key not in _CACHE:
        _CACHE[key] = tuple(_scan(data))
    return list(_CACHE[key])


def _scan(data: bytes) -> Iterator[tuple[str, int, int]]:
    line, at = 1, 0
    for match in _DEFINITION.finditer(data):
        line += data.count(b"\n", at, match.start(2))
        at = match.start(2)
        yield match[3].decode(), line, len(match[1].expandtabs())


def code_of(file: Path) -> str:
    """The Python text of a file; of a notebook its code cells, magics as comments.

    Raises:
        SourceError: it cannot be read.
    """
    source = Source.read(file)
    return source.text if file.suffix == ".py" else joined_code(source)
