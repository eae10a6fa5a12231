"""Packages in separate environments in the user's cache. Only wheels are installed, which runs none of their code."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def user_cache(kind: str) -> Path:
    """Where environments of a kind are kept: in ``XDG_CACHE_HOME`` if that is absolute, otherwise in ``~/.cache``."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "keras-migrate" / kind


def module_of(python: str | Path, module: str) -> list[str]:
    """The command that runs an interpreter's module, ignoring files of that name in the current folder.

    ``python -m pip`` looks there first, and it may be an untrusted repository.
    """
    return [str(python), "-P", "-m", module]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let only one process at a time hold a lock file; its folder is created if it is missing."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(
    pip: Sequence[str], packages: Sequence[str], options: Sequence[str] = (), seconds: float | None = None
) -> list[str]:
    """Install wheels from the user's registry.

    Args:
        pip: the command, including where to install.
        packages: requirements.
        options: further ones for ``pip install``.
        seconds: wall-clock limit; None waits for the registry.

    Returns:
        pip's error messages, line by line; empty on success.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    asked = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"]
    done = subprocess.run(
        [*pip, *asked, *options, *packages], capture_output=True, text=True, timeout=seconds, check=False
    )
    return (done.stderr.strip().splitlines() or ["pip failed"]) if done.returncode else []
