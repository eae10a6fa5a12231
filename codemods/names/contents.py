"""What the bytes of the files of a folder say, without parsing them: imports, calls, keywords."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from codemods.files.kinds import PRUNED
from codemods.files.source import Source, SourceError
from codemods.names.trees import walk

_FILES = 5_000
"""Files looked at for what they import from others; a folder of more is no repository."""
_KEPT = 16_000_000
"""Bytes of files to keep."""

_FROM = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)", re.MULTILINE)
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"(\w+|\*)(?:\s+as\s+\w+)?")


def imported_names(files: Iterable[tuple[Path, bytes]]) -> dict[str, dict[str, set[Path]]]:
    """By the last name of a module: what files import from it, and which they are."""
    found: dict[str, dict[str, set[Path]]] = {}
    for path, data in files:
        for module, names in _FROM.findall(data):
            last = module.rpartition(b".")[2].decode(errors="replace")
            given = (
                part.strip()
                for part in _COMMENT.sub(b"", names).strip(b"()").replace(b"\\", b" ").split(b",")
            )
            matched = (_NAME.match(part) for part in given)
            for match in matched:
                if match is not None:
                    name = match[1].decode(errors="replace")
                    found.setdefault(last, {}).setdefault(name, set()).add(path)
    return found


_PLAIN = re.compile(rb"^[ \t]*import[ \t]+([^\n#;]+)", re.MULTILINE)
_METHOD = re.compile(rb"\.[ \t]*(\w+)[ \t]*\(")


def called_members(root: Path, files: Iterable[tuple[Path, bytes]]) -> dict[str, list[Path]]:
    """By name: the files below ``root`` that import a package of it plainly and call a member of that name.

    ``import package as p`` and then ``p.module.name(x)``.
    """
    found: dict[str, list[Path]] = {}
    packages: dict[bytes, bool] = {}
    for path, data in files:
        heads = {
            re.split(rb"[.\s]", part.strip())[0] for line in _PLAIN.findall(data) for part in line.split(b",")
        }
        if any(_is_package(root, head, packages) for head in heads):
            for name in set(_METHOD.findall(data)):
                found.setdefault(name.decode(errors="replace"), []).append(path)
    return found


def _is_package(root: Path, head: bytes, known: dict[bytes, bool]) -> bool:
    """Whether a name stands for a package below a folder, or below its ``src``."""
    if head not in known:
        name = head.decode(errors="replace")
        known[head] = any((base / name / "__init__.py").is_file() for base in (root, root / "src"))
    return known[head]


_MEMBER = re.compile(rb"\b(?=(\w+\.\w+)\b)")


def members_named(files: Iterable[tuple[Path, bytes]]) -> frozenset[bytes]:
    """Every ``owner.member`` in the text of files, whatever it means there."""
    return frozenset(name for _, data in files for name in _MEMBER.findall(data))


_CALLED = re.compile(rb"(\w+)[ \t]*\(")


def files_that_give(
    files: Iterable[tuple[Path, bytes]], keyword: str
) -> Iterator[tuple[Path, frozenset[bytes]]]:
    """The files that give something a keyword, each with the names that it may call."""
    wanted = re.compile(rb"\b" + keyword.encode() + rb"\s*=")
    for path, data in files:
        if wanted.search(data) is not None:
            yield path, frozenset(_CALLED.findall(data))


def callees(path: Path, keyword: str) -> frozenset[str]:
    """The last names of all that a file calls with a keyword."""
    try:
        tree = Source.read(path).parse()
    except SourceError:
        return frozenset()
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Call) and any(given.arg == keyword for given in node.keywords):
            name = node.func
            found.add(name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", ""))
    return frozenset(found)


class Contents:
    """The Python files below folders: what is read for one question is kept for the next, as far as there is room."""

    def __init__(self) -> None:
        self._kept: dict[Path, list[tuple[Path, bytes]]] = {}
        self._size = 0

    def of(self, root: Path) -> Iterator[tuple[Path, bytes]]:
        """The files below a folder, up to a number that no repository has."""
        if root in self._kept:
            return iter(self._kept[root])
        files = contents(root)
        read: list[tuple[Path, bytes]] = []
        size = 0
        for path, data in files:
            read.append((path, data))
            size += len(data)
            if size > _KEPT:
                return chain(read, files)
        if self._size + size > _KEPT:
            self._kept.clear()
            self._size = 0
        self._kept[root] = read
        self._size += size
        return iter(read)


def contents(root: Path) -> Iterator[tuple[Path, bytes]]:
    """The Python files below a folder, up to a number that no repository has."""
    seen = 0
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in PRUNED and not name.startswith(".")]
        for name in files:
            if not name.endswith(".py"):
                continue
            seen += 1
            if seen > _FILES:
                return
            file = Path(folder) / name
            try:
                if file.is_file():  # a pipe has no end
                    yield file, file.read_bytes()
            except OSError:
                continue
