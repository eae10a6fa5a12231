"""The contents of a repository: source, configuration, requirements and candidates for artifacts.

The walk follows ``.gitignore`` for text, and finds model files even if they are ignored: weights are
seldom committed, and a report without them would cover only half of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pathspec

from codemods.files.journal import STATE
from codemods.files.kinds import is_pin_file
from migrate.printable import printable
from migrate.report.compatibility.references import SUFFIXES
from migrate.results import RECORD

SKIPPED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", "venv", ".tox", ".nox", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", "site-packages", ".eggs", STATE}
)
CONFIGS = (
    ".yaml",
    ".yml",
    ".json",
    ".toml",
    ".ini",
    ".cfg",
    ".conf",
    ".config",
    ".sh",
    ".env",
    ".pbtxt",
    ".properties",
)
OWN = frozenset({RECORD, "package-lock.json"})
"""Written by tools, not by developers: a path in these files is not a reference."""
MAX_CONFIG = 1 << 20
"""Maximum size of a configuration file; a larger one is data."""
MAX_SOURCE = 8 << 20


@dataclass(slots=True)
class Tree:
    """Paths of one root, POSIX and relative to it."""

    root: Path
    python: list[str] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    unseen: list[tuple[str, str]] = field(default_factory=list)

    def read(self, path: str) -> bytes:
        """Bytes of one file."""
        return (self.root / path).read_bytes()


def walk(root: Path, only: Sequence[str] = ()) -> Tree:
    """List the contents of a root, or the files and folders of it that ``only`` names.

    Links to directories are not followed; folders that cannot be read are in ``unseen``.
    """
    tree = Tree(root)
    ignored = _ignored(root)

    def unreadable(error: OSError) -> None:
        tree.unseen.append((str(error.filename), f"folder cannot be read: {error.strerror}"))

    for folder, names, every in os.walk(root, onerror=unreadable):
        files = every
        if only:
            names[:], files = _chosen(root, folder, names, every, only)
        relative = PurePosixPath(Path(folder).relative_to(root).as_posix())
        if {"saved_model.pb", "saved_model.pbtxt"} & set(files):
            tree.artifacts.append(str(relative))
            names[:] = []
            continue
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(files):
            path = str(relative / name)
            if not Path(folder, name).is_file():  # a pipe, a device, a dangling link
                continue
            if path != printable(path):
                tree.unseen.append((printable(path), "its name contains unprintable characters; rename it"))
                continue
            _sort_in(tree, path, name, ignored)
    return tree


def _chosen(
    root: Path, folder: str, names: list[str], files: list[str], only: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Entries of a folder that are requested, or lead to something that is."""
    here = PurePosixPath(Path(folder).relative_to(root).as_posix())

    def wanted(name: str) -> bool:
        path = str(here / name)
        return any(path == goal or path.startswith(f"{goal}/") for goal in only)

    def leads(name: str) -> bool:
        return any(goal.startswith(f"{here / name}/") for goal in only)

    return [name for name in names if wanted(name) or leads(name)], [name for name in files if wanted(name)]


def _sort_in(tree: Tree, path: str, name: str, ignored: pathspec.PathSpec[pathspec.Pattern]) -> None:
    lower = name.lower()
    if lower.endswith(SUFFIXES):
        tree.artifacts.append(path)
        return
    if lower == "report.json":
        tree.reports.append(path)
        return
    if ignored.match_file(path):
        return
    if lower.endswith((".py", ".pyw")):
        tree.python.append(path)
    elif lower.endswith(".ipynb"):
        tree.notebooks.append(path)
    if is_pin_file(PurePosixPath(path)):
        tree.requirements.append(path)
    if lower in OWN or lower.startswith("keras-migrate-report"):
        return
    if lower.endswith(CONFIGS) or lower.startswith(("dockerfile", "makefile")):
        size = _size(tree, path)
        if size <= MAX_CONFIG:
            tree.configs.append(path)


def _size(tree: Tree, path: str) -> int:
    try:
        return (tree.root / path).stat().st_size
    except OSError as error:
        tree.unseen.append((path, f"cannot be read: {error.strerror}"))
        return MAX_CONFIG + 1


def _ignored(root: Path) -> pathspec.PathSpec[pathspec.Pattern]:
    lines = list(_ignore_lines(root))
    return pathspec.PathSpec.from_lines("gitignore", lines)


def _ignore_lines(root: Path) -> Iterator[str]:
    path = root / ".gitignore"
    if path.is_file():
        yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def package_of(path: str, common: str = "") -> str:
    """The folder that represents a path in the overview: the first one below ``common``, ``.`` for none."""
    rest = path[len(common) :] if path.startswith(common) else path
    parts = rest.split("/")[:-1]
    if parts and parts[0] in {"src", "lib"} and len(parts) > 1:
        return common + "/".join(parts[:2])
    return common + parts[0] if parts else (common.rstrip("/") or ".")


def common_folder(paths: list[str]) -> str:
    """The folder that all paths share, with a trailing slash; empty if there is none."""
    folders = [path.split("/")[:-1] for path in paths]
    if not folders:
        return ""
    first, last = min(folders), max(folders)
    shared = [a for a, b in zip(first, last, strict=False) if a == b]
    count = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(shared))
    return "".join(f"{part}/" for part in first[:count])
