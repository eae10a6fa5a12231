"""Copies of folders that somebody else prepared: no link leads out of them, and all in them is a file or a folder."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

SPECIAL = "a pipe, socket or device"
Leave = Callable[[str, list[str]], Iterable[str]]
"""Names of a folder that are not copied, as for `shutil.copytree`."""


def copy_folder(root: Path, target: Path, leave: Leave) -> dict[str, str]:
    """Copy a folder; links inside of it stay links, others and what is no file are left out.

    Args:
        root: the folder.
        target: the copy; it may be there already.
        leave: what the caller leaves out, without a word.

    Returns:
        What else was left out, by its path with slashes, and why.

    Raises:
        OSError: something cannot be read or written.
    """
    left_out: dict[str, str] = {}

    def skipped(folder: str, names: list[str]) -> set[str]:
        special = specials(folder, names)
        left_out.update({Path(folder, name).relative_to(root).as_posix(): SPECIAL for name in special})
        leading_out = {name for name in names if _leads_out(root, Path(folder, name))}
        return special | leading_out | set(leave(folder, names))

    shutil.copytree(root, target, symlinks=True, ignore=skipped, dirs_exist_ok=True)
    return left_out


def specials(folder: str, names: Iterable[str]) -> set[str]:
    """Pipes, sockets and devices among names of a folder: a copy would wait for one, or end the command."""
    return {name for name in names if _is_special(Path(folder, name))}


def _is_special(path: Path) -> bool:
    mode = path.lstat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _leads_out(root: Path, path: Path) -> bool:
    if not path.is_symlink():
        return False
    return os.path.isabs(os.readlink(path)) or not path.resolve().is_relative_to(root.resolve())
