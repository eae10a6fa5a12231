"""Configuration files beside an artifact: what a repository wrote down of the model whose weights these are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from migrate.findings import MigrationError
from migrate.formats.architecture import as_architecture, parse_yaml, read_text
from migrate.formats.limits import check_depth, decode_json

_SUFFIXES = (".json", ".yaml", ".yml")
_MAX_BYTES = 1 << 20
_MAX_FILES = 20


def settings_near(path: Path, roots: Sequence[Path]) -> list[dict[str, Any]]:
    """The mappings that `settings_files` hold; architectures are none."""
    values = [_read(file) for file in settings_files(path, roots)]
    return [value for value in values if value and as_architecture(value) is None]


def settings_files(path: Path, roots: Sequence[Path]) -> list[Path]:
    """JSON and YAML files in an artifact's folder and the one above, as far as these lie below a root.

    Those of the artifact's own folder stand first, and of a folder those that share the artifact's name, then those
    that are called a configuration.
    """
    found: list[Path] = []
    path, roots = path.absolute(), [root.absolute() for root in roots]
    for folder in (path.parent, path.parent.parent):
        if not any(folder == root or folder.is_relative_to(root) for root in roots):
            break
        found += list(_files(folder, path))[:_MAX_FILES]
    return found


def _files(folder: Path, path: Path) -> Iterator[Path]:
    files = [
        f
        for f in folder.iterdir()
        if f.suffix in _SUFFIXES and f.is_file() and f.stat().st_size <= _MAX_BYTES
    ]
    stem = path.name.split(".")[0]
    yield from sorted(
        files, key=lambda f: (not f.name.startswith(stem), "config" not in f.name.lower(), f.name)
    )


def _read(file: Path) -> dict[str, Any] | None:
    """The mapping that a file holds; None for anything else."""
    try:
        text = read_text(file)
        value = decode_json(text, file.name, "") if file.suffix == ".json" else parse_yaml(text, file.name)
        check_depth(value, file.name, "")
    except MigrationError:
        return None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        return None
    return value
