"""Packages in environments of their own, in the user's cache. They come as wheels: installing one runs none of it."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def user_cache(kind: str) -> Path:
    """Where environments of a kind are kept: in ``XDG_CACHE_HOME`` where that is absolute, else in ``~/.cache``."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "keras-migrate" / kind


def module_of(python: str | Path, module: str) -> list[str]:
    """The command that runs a module of an interpreter, and no file of that name in the folder where one stands.

    ``python -m pip`` looks there first, and that may be a repository that somebody else wrote.
    """
    return [str(python), "-P", "-m", module]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process at a time make what a lock file stands for; its folder is made if it is missing."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(
    pip: Sequence[str], packages: Sequence[str], options: Sequence[str] = (), seconds: float | None = None
) -> list[str]:
    """Install wheels from the user's registry.

    Args:
        pip: the command, with what says where to install.
        packages: requirements.
        options: further ones of ``pip install``.
        seconds: of wall clock; None waits for the registry.

    Returns:
        What pip says against it, line by line; empty when it is done.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    asked = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"]
    done = subprocess.run(
        [*pip, *asked, *options, *packages], capture_output=True, text=True, timeout=seconds, check=False
    )
    return (done.stderr.strip().splitlines() or ["pip failed"]) if done.returncode else []
