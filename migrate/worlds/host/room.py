"""Whether a worker ended, or gave up, because it was granted too little memory: what was seen, and no guess.

What a file asks for and what the machine grants are two things. A model that wants more than ``--memory`` is refused
for its own sake, and where a probe does, another probe is tried. A worker to which the machine grants less than the run
allows says nothing of its file: whoever drew a conclusion from its silence would draw another one on a larger machine.
"""

from __future__ import annotations

import contextlib
import resource
import signal
from pathlib import Path

from migrate.worlds.host.ends import WorkerStarved, said_of_memory, said_of_threads
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.sandbox import ADDRESS_SPACE_BEYOND


def short_of(limits: Limits) -> str:
    """By what the machine grants a worker less memory than its limits do; empty where it grants all.

    A limit of addresses that this process has itself (``ulimit -v``) is passed on to workers. Where the kernel does not
    overcommit (``vm.overcommit_memory`` 2), other processes decide how much is left.
    """
    bounds = [bound for bound in resource.getrlimit(resource.RLIMIT_AS) if bound != resource.RLIM_INFINITY]
    if bounds and min(bounds) < limits.memory_bytes + ADDRESS_SPACE_BEYOND:
        return f"a limit of {min(bounds) >> 20} MB of address space (RLIMIT_AS)"
    with contextlib.suppress(OSError):
        if Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "2":
            return "a kernel that does not overcommit memory (vm.overcommit_memory 2)"
    return ""


def killed_for_memory() -> int:
    """How many processes the kernel has killed so far because memory ran out, of the machine or of a group.

    ``oom_kill`` of proc(5), ``/proc/vmstat``; 0 where that is not told.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def starved_end(world: World, status: int, log: str, limits: Limits, killed: int) -> WorkerStarved | None:
    """Why the end of a process says nothing of its file; None where it does.

    Args:
        world: of the worker.
        status: that it ended with, negative for a signal.
        log: the end of its output.
        limits: of the worker.
        killed: what `killed_for_memory` was when the call began.
    """
    name = signal.Signals(-status).name if status < 0 else ""
    if status == -signal.SIGKILL:
        more = killed_for_memory() > killed
        why = (
            "the kernel has just killed a process because memory ran out"
            if more
            else "by something outside this run"
        )
        return WorkerStarved(world, f"was killed by SIGKILL, {why}", name)
    how = f"was killed by {name}" if name else f"ended with status {status}"
    if threads := said_of_threads(log):
        return WorkerStarved(world, f"{how}, without a further thread: {threads}", name)
    if not (bound := short_of(limits)):
        return None
    words = f": {said}" if (said := said_of_memory(log)) else ""
    return WorkerStarved(world, f"{how} under {bound}{words}", name)


def starved_answer(
    world: World, text: str, limits: Limits, *, starting: bool = False
) -> WorkerStarved | None:
    """Why an error says nothing of the file that it was raised for; None where it does.

    Args:
        world: of the worker.
        text: the error with its traceback.
        limits: of the worker.
        starting: whether it was raised by the imports of a world, which need no more on any file's account.
    """
    if threads := said_of_threads(text):
        return WorkerStarved(world, f"could not start another thread: {threads}")
    if not (bound := short_of(limits)):
        return None
    said = said_of_memory(text)
    if not said and not starting:
        return None
    what = "could not import its framework" if starting else "found no memory"
    return WorkerStarved(world, f"{what} under {bound}: {said or text.strip().splitlines()[-1][:200]}")


def starved_wait(
    world: World, method: str, seconds: float, limits: Limits, *, starting: bool = False
) -> WorkerStarved | None:
    """Why a call that did not end says nothing of the file; None where it does.

    TensorFlow spins where a thread of its own could not get its memory (seen with 1.5 GiB of addresses). The imports
    of a world take as long for one file as for another, so one that is not ready in time was kept from its processor.
    """
    if starting:
        return WorkerStarved(
            world, f"was not ready within {seconds:g} s: other programs occupy the processors"
        )
    bound = short_of(limits)
    return (
        WorkerStarved(world, f"did not finish {method!r} within {seconds:g} s under {bound}")
        if bound
        else None
    )
