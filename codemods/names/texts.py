"""What the files of a folder say: their bytes are searched, and no name in them is resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.specifiers import SpecifierSet

from codemods.files.kinds import kind_of
from codemods.files.requirements import TENSORFLOW, pins
from codemods.files.source import Source, SourceError, concerns
from codemods.names.contents import Contents, callees, files_that_give, handed_on, members_named, takes


class Texts:
    """Questions about all files below a folder; what was read for one is kept for the next."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._given: dict[tuple[Path, str], list[tuple[Path, frozenset[bytes]]]] = {}
        self._callees: dict[tuple[Path, str], frozenset[str]] = {}
        self._required: dict[Path, dict[str, tuple[SpecifierSet, ...]]] = {}
        self._mentioned: dict[tuple[Path, str], bool] = {}
        self._with: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
        self._handed: dict[Path, dict[bytes, frozenset[bytes]]] = {}
        self._named: dict[Path, frozenset[bytes]] = {}

    def gives(self, folder: Path, callee: str, keyword: str) -> bool:
        """Whether any file below a folder calls something of this last name with this keyword."""
        key = (folder, keyword)
        if key not in self._given:
            self._given[key] = list(files_that_give(self._contents.of(folder), keyword))
        name = callee.encode()
        for path, called in self._given[key]:
            if name in called:
                if (path, keyword) not in self._callees:
                    self._callees[path, keyword] = callees(path, keyword)
                if callee in self._callees[path, keyword]:
                    return True
        return False

    def required(self, project: Path, package: str) -> tuple[SpecifierSet, ...]:
        """The versions of a package that a project asks for, in each place where it does."""
        if project not in self._required:
            self._required[project] = _requirements(project)
        return self._required[project].get(package, ())

    def names_member(self, folder: Path, owner: str, member: str) -> bool:
        """Whether the text of any Python file below a folder has ``owner.member``."""
        if folder not in self._named:
            self._named[folder] = members_named(self._contents.of(folder))
        return f"{owner}.{member}".encode() in self._named[folder]

    def says_apart(self, folder: Path, literal: str) -> str:
        """A Python file below a folder that has a string and nothing of Keras; empty when there is none."""
        quoted = [mark + literal.encode() + mark for mark in (b"'", b'"')]
        found = (
            path
            for path, data in self._contents.of(folder)
            if any(q in data for q in quoted) and not concerns(data)
        )
        return min((path.relative_to(folder).as_posix() for path in found), default="")

    def hands_keras_to(self, folder: Path, data: bytes) -> bool:
        """Whether a file may have Keras from another one below a folder: ``from .own import K`` does not name it."""
        if folder not in self._handed:
            self._handed[folder] = handed_on(self._contents.of(folder))
        return takes(data, self._handed[folder])

    def mentions(self, folder: Path, pattern: str, *words: str) -> bool:
        """Whether the text of any Python file below a folder matches, of those that have one of the words."""
        key = (folder, pattern)
        if key not in self._mentioned:
            wanted = re.compile(pattern.encode())
            texts = self._having(folder, words) if words else (data for _, data in self._contents.of(folder))
            self._mentioned[key] = any(wanted.search(data) is not None for data in texts)
        return self._mentioned[key]

    def _having(self, folder: Path, words: tuple[str, ...]) -> Iterator[bytes]:
        key = (folder, words)
        if key not in self._with:
            encoded = [word.encode() for word in words]
            self._with[key] = [
                path for path, data in self._contents.of(folder) if any(w in data for w in encoded)
            ]
        return (path.read_bytes() for path in self._with[key])


def _requirements(project: Path) -> dict[str, tuple[SpecifierSet, ...]]:
    """By package: what the requirement files of a project ask for; a TensorFlow of any kind is TensorFlow."""
    found: dict[str, list[SpecifierSet]] = {}
    folders = (project, project / "requirements")
    for path in sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir()):
        kind = kind_of(path)
        if kind in {"", "script"} or not path.is_file():
            continue
        try:
            text = Source.read(path).text
        except SourceError:
            continue
        for pin in pins(text, kind):
            specifier = pin.specifier
            if specifier is not None and str(specifier):
                found.setdefault("tensorflow" if pin.name in TENSORFLOW else pin.name, []).append(specifier)
    return {name: tuple(specifiers) for name, specifiers in found.items()}
