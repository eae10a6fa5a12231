"""The ways in which a call of a worker ends without an answer, each with what was seen."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import msgspec

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from migrate.worlds.host.environment import World
    from migrate.worlds.host.protocol import RemoteError

_OF_MEMORY = re.compile(
    r"std::bad_alloc|MemoryError|[Cc]annot allocate memory|[Uu]nable to allocate|[Oo]ut of memory|"
    r"failed to map segment|OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|memory allocation failed"
)
"""How libc, the loader, C++, Python, NumPy, libhdf5 and TensorFlow say that there was no memory."""
_OF_THREADS = re.compile(r"pthread_create|can't start new thread|[Rr]esource temporarily unavailable")
"""How OpenBLAS, TensorFlow, Python and C++ say that the machine lets them have no further thread."""
_AROUND = 80
"""Characters that are told beside such words."""
_CRASH = "Its content crashes the worker; examine the file in a virtual machine before you trust it."
_HINTS = {
    **dict.fromkeys(("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"), _CRASH),
    "SIGXCPU": "It used up its processor time; no model takes this long.",
    "SIGSYS": "It made system calls that the sandbox refuses; treat the file as hostile.",
}
_ASKED_TOO_MUCH = "It needed more memory than available, or than --memory allows."
_STARVED = (
    "Free memory and processors, raise the limit, or run fewer jobs (--jobs 1); then run again with --retry failed. "
    "No conclusion was drawn about the file."
)


_NO_KERNEL = re.compile(
    r"No OpKernel was registered to support Op '(?P<op>\w+)'"
    r"|(?P<layout>\w+)(?: op)? (?:currently )?only supports (?:the )?ND?HWC\b"
    r"|(?P<depthwise>Depthwise convolution) on CPU is only supported for NHWC"
)
"""What TensorFlow says of an operation that it cannot run here, and of one that it runs for channels last only."""


def _of_kernels(error: RemoteError) -> RemoteError:
    """The error, as EXP029 where TensorFlow says that it cannot run an operation here."""
    missing = _NO_KERNEL.search(error.message)
    if missing is None or error.code:
        return error
    layout = missing["layout"] or missing["depthwise"]
    what = missing["op"] or f"{layout} over channels first (NCHW)"
    return msgspec.structs.replace(
        error,
        code="EXP029",
        message=f"the installed TensorFlow has no kernel for {what}, which the graph needs",
        hint="Save the model again without the operation, or serve it with the TensorFlow that wrote it.",
    )


def said_of_memory(text: str) -> str:
    """The line of an output or error that tells of missing memory; empty where none does."""
    return _line_with(_OF_MEMORY, text)


def said_of_threads(text: str) -> str:
    """The line that tells of a thread that could not be started; empty where none does."""
    return _line_with(_OF_THREADS, text)


def _line_with(words: re.Pattern[str], text: str) -> str:
    for line in text.splitlines():
        if (found := words.search(line)) is not None:
            return line[max(0, found.start() - _AROUND) : found.end() + _AROUND].strip()
    return ""


class WorldError(MigrationError):
    """A call raised inside its world.

    Attributes:
        kind: the class of the exception there, such as ``TypeError``.
        traceback: as formatted there, its end when long.
    """

    def __init__(self, world: World, error: RemoteError) -> None:
        error = _of_kernels(error)
        super().__init__(error.code or "RUN005", error.message, error.hint, error.place)
        self.world = world
        self.kind = error.kind
        self.traceback = error.traceback


class WorkerDied(MigrationError):  # noqa: N818 - named for the event, as in the reports
    """The process ended in the middle of a call: ``signal`` names how, ``log`` is the end of its output."""

    def __init__(self, world: World, status: int, log: str) -> None:
        self.signal = signal.Signals(-status).name if status < 0 else ""
        how = f"was killed by {self.signal}" if self.signal else f"ended with status {status}"
        words = said_of_memory(log)
        super().__init__(
            "RUN003" if words else "RUN001",
            f"the {world} worker {how}{f': {words}' if words else ''}",
            _ASKED_TOO_MUCH if words else _HINTS.get(self.signal, ""),
        )
        self.world = world
        self.log = log


class WorkerTimeout(MigrationError):  # noqa: N818 - named for the event, as in the reports
    """The call did not end in time; its worker was killed."""

    def __init__(self, world: World, method: str, seconds: float) -> None:
        super().__init__(
            "RUN002",
            f"{method!r} in the {world} world did not finish within {seconds:g} s",
            "Raise the time limit (--timeout) if the model is this large.",
        )
        self.world = world


class WorkerMemory(MigrationError):  # noqa: N818 - named for the event, as in the reports
    """The worker outgrew its memory and was killed."""

    def __init__(self, world: World, used: int, limit: int) -> None:
        super().__init__(
            "RUN003",
            f"the {world} worker used {used >> 20} MB (limit {limit >> 20} MB)",
            "Raise the memory limit (--memory) or run fewer jobs.",
        )
        self.world = world


class WorkerScratch(MigrationError):  # noqa: N818 - named for the event, as in the reports
    """The worker filled its scratch folder and was killed."""

    def __init__(self, world: World, held: str) -> None:
        super().__init__(
            "RUN021",
            f"the {world} worker filled its scratch folder with {held}",
            "No model writes this much; treat the file as hostile.",
        )
        self.world = world


class WorkerStarved(MigrationError):  # noqa: N818 - named for the event, as in the reports
    """The machine granted a worker too little memory, or something outside killed it: no answer counts.

    Attributes:
        world: whose process it was.
        signal: that ended it; empty where it lived on.
    """

    def __init__(self, world: World, seen: str, signal_name: str = "") -> None:
        super().__init__("RUN022", f"the {world} worker {seen}", _STARVED)
        self.world = world
        self.signal = signal_name


ENDED = (WorkerDied, WorkerMemory, WorkerScratch, WorkerTimeout)
"""Ways in which a process ends in the middle of a call."""
