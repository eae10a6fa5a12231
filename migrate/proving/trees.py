"""A program's folder for each world: copied, its Python files rewritten, and lines told in the original."""

from __future__ import annotations

import shutil
from difflib import SequenceMatcher
from pathlib import Path

from codemods.edit.engine import rewrite
from codemods.files.copying import copy_folder
from codemods.files.kinds import PRUNED
from codemods.files.source import Source, SourceError
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.target import Target


def copied(source: Path, target: Path, world: Target | None) -> None:
    """Copy a folder, its Python files rewritten for a destination; None copies them as they are.

    The program may read all of its copy, so that what links of the folder lead to outside of it is not there. Files
    that cannot be parsed are copied as they are: whether the program needs them is seen when it runs.

    Raises:
        OSError: something cannot be read or written.
    """
    copy_folder(source, target, shutil.ignore_patterns(".git", ".keras-migrate", *PRUNED))
    if world is None:
        return
    repository = Repository()
    options = Options(target=world, unsafe=True)
    for file in sorted(source.rglob("*.py")):
        there = target / file.relative_to(source)
        if there.is_symlink() or not there.is_file():
            continue
        try:
            done = rewrite(Source.read(file), options, repository)
        except SourceError:
            continue
        there.write_text(done.text, encoding="utf-8")


def line_in(original: Path, copy: Path, site: str) -> str:
    """``FILE:LINE`` of a copy as the same of the original; as it is where the file has no counterpart.

    The site is an answer of a worker in which the program ran, and may be any text.
    """
    name, _, number = site.rpartition(":")
    if (
        not name
        or not (number.isascii() and number.isdecimal())
        or not _is_inside(original, name)
        or not _is_inside(copy, name)
    ):
        return site
    try:
        old = (original / name).read_text(encoding="utf-8").splitlines()
        new = (copy / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return site
    line = int(number) - 1
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if start <= line < end:
            where = (
                first + (line - start)
                if tag == "equal"
                else min(first + (line - start), max(last - 1, first))
            )
            return f"{name}:{where + 1}"
    return site


def _is_inside(folder: Path, name: str) -> bool:
    """Whether a name is that of a regular file of a folder."""
    if "\0" in name:
        return False
    file = folder / name
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())
