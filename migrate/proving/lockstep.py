"""A program in both worlds in lock-step: run twice, compared, and told in lines of the program as it was written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from codemods.target import Target
from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.pipeline.answers import reading
from migrate.proving.divergence import Parting, Trace, part
from migrate.proving.trees import copied, line_in
from migrate.worlds.contracts.proving import RunInLockstep
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take
from migrate.worlds.host.worker import Worker

SECONDS = 1800.0


class LockStep(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison of two runs found. ``compared`` counts events by kind."""

    program: tuple[str, ...]
    steps: int
    compared: dict[str, int]
    parting: Parting | None = None
    unproven: str = ""
    """Why there is nothing to compare with; empty when there was."""
    ended: str = ""
    """The error that ended the program under tf-keras after the steps that were compared; empty for none."""

    @property
    def equal(self) -> bool:
        """Whether steps were compared and nothing parts."""
        return self.parting is None and not self.unproven


@dataclass(frozen=True, slots=True)
class Reference:
    """A program's run under tf-keras.

    Attributes:
        before: the folder as written.
        program: arguments of Python.
        steps: training steps that were asked for.
        trace: what it did.
    """

    before: Path
    program: tuple[str, ...]
    steps: int
    trace: Trace


def run_both(
    before: Path, after: Path | None, program: Sequence[str], steps: int, slot: Slot, out: Path | None = None
) -> LockStep:
    """Run a program under tf-keras and under Keras 3 and compare what its steps did.

    Args:
        before: folder that the program is started in, as written for Keras 1 or 2.
        after: the same, moved to Keras 3; None has the source rules rewrite it.
        program: a script of the folder or ``-m MODULE``, and its arguments.
        steps: training steps to compare.
        slot: workers; both are ended, for hooks stay in a process.
        out: folder for traces and the arrays of the first difference; None keeps none.

    Raises:
        MigrationError: a worker broke a limit, or died.
    """
    return run_against(run_reference(before, program, steps, slot), after, slot, out)


def run_reference(before: Path, program: Sequence[str], steps: int, slot: Slot) -> Reference:
    """Run a program under tf-keras; the arguments of `run_both`."""
    # Of its own name, for a reference is compared with later runs, between which the slot may make another one.
    own = Path(tempfile.mkdtemp(prefix="reference_", dir=slot.inputs))
    tree = own / "program"
    copied(before, tree, Target.TF_KERAS_2)
    call = RunInLockstep(tree, list(program), steps, own.name)
    return Reference(before, tuple(program), steps, _run(slot.legacy, call))


def run_against(reference: Reference, after: Path | None, slot: Slot, out: Path | None = None) -> LockStep:
    """Run the same program under Keras 3, from the weights and batches of the reference, and compare."""
    before, legacy = reference.before, reference.trace
    tree = slot.inputs / "program_after"
    shutil.rmtree(tree, ignore_errors=True)
    copied(after or before, tree, Target.KERAS if after is None else None)
    given = slot.inputs / "lockstep_reference.safetensors"
    shutil.copyfile(legacy.arrays_file, given)
    call = RunInLockstep(tree, list(reference.program), reference.steps, "trace_modern", given)
    modern = _run(slot.modern, call)
    compared: dict[str, int] = {}
    with reading(slot.modern):
        parting = part(legacy, modern, compared)
    if parting is not None:
        site = line_in(before, legacy.tree, parting.site)
        site_after = line_in(after or before, tree, parting.site_after)
        parting = msgspec.structs.replace(parting, site=site or site_after, site_after=site_after or site)
    if out is not None:
        parting = _keep(out, legacy, modern, parting)
    unproven = ""
    if not legacy.steps:
        unproven = f"it made no training step under tf-keras: {legacy.error or 'it ended'}"
    return LockStep(
        program=reference.program,
        steps=legacy.steps,
        compared=compared,
        parting=None if unproven else parting,
        unproven=unproven,
        ended=legacy.error,
    )


def _run(worker: Worker, call: RunInLockstep) -> Trace:
    try:
        reply = worker.ask(call, SECONDS)
        trace = take(worker, reply.trace, f"{call.stem}.jsonl")
        arrays = take(worker, reply.arrays, f"{call.stem}.safetensors")
    finally:
        worker.close()
        shutil.rmtree(worker.scratch / "program", ignore_errors=True)
    with reading(worker):
        return Trace(reply, trace, arrays, call.folder)


def _keep(out: Path, legacy: Trace, modern: Trace, parting: Parting | None) -> Parting | None:
    """Write the traces, and both sides of the first difference."""
    out.mkdir(parents=True, exist_ok=True)
    for name, trace in (("legacy", legacy), ("modern", modern)):
        shutil.copyfile(trace.trace_file, out / f"trace-{name}.jsonl")
    if parting is None:
        return None
    sides: dict[str, Array] = {}
    for name, trace in (("legacy", legacy), ("modern", modern)):
        for key, number in trace.number.items():
            if key[:3] == (parting.step, parting.kind, parting.what):
                array = trace.array(number)
                if array is not None:
                    sides.setdefault(name, array)
    if not sides:
        return parting
    np.savez(out / "difference.npz", **sides)  # type: ignore[arg-type]  # the stubs take the names for an option
    return msgspec.structs.replace(parting, arrays="difference.npz")


def must_be_program(before: Path, program: Sequence[str]) -> tuple[str, ...]:
    """The arguments of Python in ``python SCRIPT …`` or ``python -m MODULE …``.

    Raises:
        MigrationError: ``PRV003``, it is no Python program of the folder.
    """
    words = list(program)
    if words and Path(words[0]).name.rstrip("0123456789.") == "python":
        words = words[1:]
    if not words or (words[0] != "-m" and not (before / words[0]).is_file()) or words == ["-m"]:
        raise MigrationError(
            "PRV003",
            f"{' '.join(program) or 'nothing'} is not a Python program of {before}",
            "Use `-- python SCRIPT ARGUMENTS` or `-- python -m MODULE ARGUMENTS`, from the folder it starts in.",
        )
    return tuple(words)
