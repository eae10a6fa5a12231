"""Which files a run looks at: what ``git`` would track, and no environment or build folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pathspec

from codemods.files.kinds import DOCUMENT, NOTEBOOK, PRUNED, PYTHON, is_pin_file


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kinds of files count.

    Attributes:
        documents: Markdown and reStructuredText as well.
        pins: requirement files as well.
        exclude: ``.gitignore`` patterns of paths to leave out.
    """

    documents: bool = False
    pins: bool = True
    exclude: tuple[str, ...] = ()


def discover(paths: Iterable[Path], wanted: Wanted) -> list[Path]:
    """The files below (or named by) ``paths``, sorted, each once; a file named outright is always taken."""
    exclude = pathspec.GitIgnoreSpec.from_lines(wanted.exclude) if wanted.exclude else None
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
        else:
            for file in _walk(path, wanted):
                if exclude is None or not exclude.match_file(file.relative_to(path).as_posix()):
                    found[file] = None
    return list(found)


def matters(path: Path, wanted: Wanted) -> bool:
    """Whether a file is of a kind that can be rewritten or looked at."""
    suffix = path.suffix.lower()
    if suffix in PYTHON or suffix in NOTEBOOK:
        return True
    return (wanted.documents and suffix in DOCUMENT) or (wanted.pins and is_pin_file(path))


def _walk(root: Path, wanted: Wanted) -> Iterator[Path]:
    above = list(_above(root))
    if _ignored(root, above, folder=True):
        above = []  # a folder that is named outright is wanted, whatever ignores it
    specs: dict[Path, list[tuple[Path, pathspec.GitIgnoreSpec]]] = {root: above}
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        rules = specs.pop(here, [])
        if ".gitignore" in files and (here / ".gitignore").is_file():
            rules = [*rules, (here, _read(here / ".gitignore"))]
        kept = []
        for name in sorted(folders):
            if name in PRUNED or (here / name / "pyvenv.cfg").exists():
                continue
            if not _ignored(here / name, rules, folder=True):
                kept.append(name)
                specs[here / name] = rules
        folders[:] = kept
        for name in sorted(files):
            file = here / name
            if matters(file, wanted) and not _ignored(file, rules, folder=False) and file.is_file():
                yield file


def _above(root: Path) -> Iterator[tuple[Path, pathspec.GitIgnoreSpec]]:
    """The ``.gitignore`` files between the top of the checkout and a folder."""
    chain: list[Path] = []
    for folder in root.resolve().parents:
        chain.append(folder)
        if (folder / ".git").exists():
            for above in reversed(chain):
                if (above / ".gitignore").is_file():
                    yield above, _read(above / ".gitignore")
            return


def _read(path: Path) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(path.read_text("utf-8", "replace").splitlines())


def _ignored(path: Path, rules: Sequence[tuple[Path, pathspec.GitIgnoreSpec]], *, folder: bool) -> bool:
    ignored = False
    for base, spec in rules:
        try:
            relative = path.resolve().relative_to(base.resolve()).as_posix()
        except ValueError:
            continue
        verdict = spec.check_file(relative + "/" if folder else relative).include
        if verdict is not None:
            ignored = verdict
    return ignored
