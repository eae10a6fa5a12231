"""The list of a fleet: a repository a line, with options of its own behind its path."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.findings import MigrationError
from migrate.report.compatibility.tree import SKIPPED
from migrate.repository.git import Checkout
from migrate.versions import tool_versions


@dataclass(frozen=True, slots=True)
class Member:
    """One repository of a fleet.

    Attributes:
        name: of its folder of outputs; no other member has it.
        root: the repository.
        options: of ``keras-migrate repo`` for this one alone.
    """

    name: str
    root: Path
    options: tuple[str, ...] = ()


def read_members(file: Path) -> list[Member]:
    """The members that a file lists: ``PATH [OPTIONS]``, quoted as for a shell; ``#`` begins a comment.

    Paths are relative to the file.

    Raises:
        MigrationError: ``REPO008`` for a line that is not quoted well, names no folder, or is there twice.
    """
    members: list[Member] = []
    names: set[str] = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise _wrong(file, number, str(error)) from error
        if not words:
            continue
        root = (file.absolute().parent / words[0]).resolve()
        if not root.is_dir():
            raise _wrong(file, number, f"{words[0]} is not a folder")
        if any(root == member.root for member in members):
            raise _wrong(file, number, f"{words[0]} is listed twice")
        name = _free(root.name, names)
        members.append(Member(name, root, tuple(words[1:])))
    return members


def _free(wanted: str, taken: set[str]) -> str:
    base = re.sub(r"[^\w.+-]", "_", wanted) or "repository"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def _wrong(file: Path, number: int, why: str) -> MigrationError:
    return MigrationError(
        "REPO008", f"{file.name}, line {number}: {why}", "A line is PATH [OPTIONS], quoted as for a shell."
    )


def key_of(member: Member, options: Sequence[str]) -> str:
    """What an earlier result has to agree in, to be believed: the content of the repository, options, this tool."""
    checkout = Checkout.of(member.root)
    content = checkout.head if checkout is not None else _content(member.root)
    said = [content, *options, "--", *member.options, tool_versions()["keras-migrate"]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _content(root: Path) -> str:
    """Names, sizes and times of all files of a folder that is no checkout."""
    whole = hashlib.sha256()
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(files):
            path = Path(folder, name)
            stat = path.lstat()
            whole.update(
                f"{path.relative_to(root)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "replace")
            )
    return whole.hexdigest()
