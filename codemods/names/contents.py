"""What the bytes of the files of a folder say, without parsing them: imports, calls, keywords."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
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


_IMPORT = re.compile(
    rb"(?:\bfrom\b(?:[^\n\\]|\\\r?\n)*?)?\bimport\b[ \t]*(?:\((?:[^)#]|#[^\n]*)*\)|(?:[^\n\\]|\\\r?\n)*)"
)
"""An import statement, or what looks like one; slow to search for, as it begins with what may be missing."""
WORD = re.compile(rb"\w+")
_KEYWORDS = frozenset({b"from", b"import", b"as"})


def import_statements(data: bytes) -> Iterator[bytes]:
    """The import statements of a file, and what looks like one."""
    done = 0
    while (word := data.find(b"import", done)) >= 0:
        found = _IMPORT.search(data, _start_of_line(data, word, done))
        if found is None:
            return
        yield found[0]
        done = found.end()


def _start_of_line(data: bytes, place: int, first: int) -> int:
    """Where the line of a place begins, with the lines that are joined to it by backslashes; not before ``first``."""
    start = data.rfind(b"\n", first, place)
    while start > first and data[start - 2 : start].endswith((b"\\", b"\\\r")):
        start = data.rfind(b"\n", first, start)
    return max(start, first)


def handed_on(files: Iterable[tuple[Path, bytes]]) -> dict[bytes, frozenset[bytes]]:
    """By the last name of a module: the names in its imports of Keras and TensorFlow, for others to take from there."""
    found: dict[bytes, set[bytes]] = {}
    for path, data in files:
        for statement in import_statements(data) if b"keras" in data or b"tensorflow" in data else ():
            if b"keras" in statement or b"tensorflow" in statement:
                name = path.parent.name if path.name == "__init__.py" else path.stem
                found.setdefault(name.encode(), set()).update(WORD.findall(statement))
                found[name.encode()] -= _KEYWORDS
    return {name: frozenset(words) for name, words in found.items()}


def takes(data: bytes, handed: Mapping[bytes, frozenset[bytes]]) -> bool:
    """Whether a file may import Keras, or a part of it, from a module that has imported it."""
    for statement in import_statements(data):
        start, _, names = statement.partition(b"import")
        given, asked = WORD.findall(start)[-1:], set(WORD.findall(names))
        words = handed.get(given[0], frozenset()) if given else frozenset()
        if words & asked or (words and b"*" in names and _has_any(data.replace(statement, b""), words)):
            return True
        if any(_has_any(data, (b"." + word for word in handed[name])) for name in asked & handed.keys()):
            return True
    return False


def _has_any(data: bytes, words: Iterable[bytes]) -> bool:
    return any(word in data for word in words)


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
    word = keyword.encode()
    wanted = re.compile(rb"\b" + word + rb"\s*=")
    for path, data in files:
        if word in data and wanted.search(data) is not None:
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
