"""Opening HDF5 in a child first, because a damaged file can crash libhdf5 itself.

The library follows pointers that it finds in the file; a few flipped bytes in a heap address end in a segmentation
fault, which no ``except`` catches. So the structure is read once in a forked child with bounded memory and time.
What the child survives, this process repeats; what kills it is reported as damage. Costs a few milliseconds, once
for each state of a file.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from typing import TYPE_CHECKING

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.bounded import address_space
from migrate.formats.limits import FREE_BYTES, MIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPENDABLE = "KERAS_MIGRATE_WORLD"
"""Set in worker processes: their death costs one artifact, and their sandbox lets them have no children."""
_SECONDS = 30
_VALUES_BELOW = 16 * MIB
"""Files up to this size are read with their values in the child: filters can crash on damaged chunks."""
_FINE, _REFUSED, _MEMORY = 0, 10, 11
_HINT = "The file is damaged, perhaps on purpose; fetch it again from a source you trust."
_seen: dict[tuple[str, int, int, int], Finding | None] = {}


def survive(path: Path, read: Callable[[bool], object]) -> None:
    """Run ``read(with_values)`` in a child and return when it came to an end by itself.

    A ``MigrationError`` in the child is an end: the caller will meet the same one.

    Args:
        path: the file, to bound the memory by its size and to remember the outcome.
        read: reads the file; True asks for values as well.

    Raises:
        MigrationError: FMT015 when the child crashed or hung, SEC004 when it ran out of memory.
    """
    if sys.platform == "win32" or EXPENDABLE in os.environ:
        return
    stat = path.stat()
    key = (str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino)
    if key not in _seen:
        status = _in_child(lambda: read(stat.st_size <= _VALUES_BELOW), FREE_BYTES * 4 + stat.st_size * 4)
        _seen[key] = _refusal(status, str(path))
    refusal = _seen[key]
    if refusal is not None:
        raise MigrationError(refusal.code, refusal.message, refusal.hint, refusal.place)


def _refusal(status: int | None, place: str) -> Finding | None:
    """What a child's end says about the file; None when it ended by itself."""
    if status is None:
        return Finding("FMT015", Severity.ERROR, "reading the file timed out", _HINT, place)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        what = f"damaged HDF5: libhdf5 crashes or hangs on it ({name})"
        return Finding("FMT015", Severity.ERROR, what, _HINT, place)
    if os.WEXITSTATUS(status) == _MEMORY:
        return Finding("SEC004", Severity.ERROR, "reading the structure exhausts memory", _HINT, place)
    return None


def _in_child(action: Callable[[], object], memory: int) -> int | None:
    """The wait status of a child that runs ``action``; None when it had to be killed for taking too long."""
    # The child calls nothing but the reader and leaves by _exit, so the threads that it lacks are not missed.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _child(action, memory)
    pause, end = 0.0005, time.monotonic() + _SECONDS
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _child(action: Callable[[], object], memory: int) -> None:
    """Run the action under limits, silently, and leave without any clean-up of the parent's things."""
    import resource

    code = _FINE
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit = address_space() + memory
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        action()
    except MigrationError as error:
        code = _MEMORY if isinstance(error.__cause__, MemoryError) else _REFUSED
    except MemoryError:
        code = _MEMORY
    except BaseException:  # noqa: BLE001 - the parent repeats the action and meets the error itself
        code = _REFUSED
    os._exit(code)
