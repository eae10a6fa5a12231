"""Files of a repository that code reads by names which stand in it: ``open("NN_config.json")``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from codemods.files.source import SourceError, parse
from migrate.own_code.files import Place

_MAX_BYTES = 16 << 20
_MAX_FILES = 32
_MAX_NAME = 200
_CODE = (".py", ".pyc", ".so")
_QUOTED = re.compile(rb"""["'](?=([^"'\\\n]{0,200}\.[^"'\\\n./]{1,20})\\?["'])""")
"""What stands between quotes and has a suffix; in a notebook the second one may be written as ``\\"``."""


def files_read(text: str, place: Place) -> dict[str, Path]:
    """The name of a file, as code has it, to the file that it means: in the folder of its module, or one above.

    Args:
        text: the code, cut out of its module.
        place: of its definition; nothing outside of the root is looked at.
    """
    try:
        tree = parse(text)
    except SourceError:
        return {}
    found: dict[str, Path] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(found) < _MAX_FILES:
            name = node.value.removeprefix("./")
            file = next(_meant(name, place), None) if _is_relative(name) else None
            if file is not None:
                found[name] = file
    return found


def files_named(root: Path, modules: Iterable[Path]) -> list[Path]:
    """Files that `files_read` may find for the code of some modules: all whose names stand in quotes, sorted.

    By text, which takes a tenth of the time of reading the syntax; a name that is put together of several texts is
    not seen.

    Args:
        root: of the repository; nothing outside of it is looked at.
        modules: Python files and notebooks below it. What cannot be read names nothing.
    """
    found: set[Path] = set()
    looked: set[tuple[Path, bytes]] = set()
    for module in modules:
        try:
            names = {(module.parent, match[1]) for match in _QUOTED.finditer(module.read_bytes())}
        except OSError:
            continue
        for _, quoted in names - looked:
            name = quoted.decode("utf-8", "replace").removeprefix("./")
            if _is_relative(name):
                found.update(_meant(name, Place(root, module, 1)))
        looked |= names
    return sorted(found)


def _is_relative(name: str) -> bool:
    """Whether a text may be the name of a file with a suffix, below the folder that it is read from."""
    if not 0 < len(name) < _MAX_NAME or not name.isprintable() or "\\" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.suffix not in ("", ".", *_CODE)


def _meant(name: str, place: Place) -> Iterator[Path]:
    root = place.root.resolve()
    for folder in place.file.resolve().parents:
        if not folder.is_relative_to(root):
            return
        file = folder / name
        # a link may lead out of the repository
        if file.is_file() and file.resolve().is_relative_to(root) and file.stat().st_size <= _MAX_BYTES:
            yield file
