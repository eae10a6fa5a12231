"""Answers about one subject: what a world computes with it, case by case, and which of its code ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

import msgspec
import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays
from migrate.parity.candidates import Candidate, arrays
from migrate.printable import one_line
from migrate.worlds.contracts.proving import (
    Case,
    CaseFacts,
    Proven,
    ProveReference,
    ProveResult,
    RanPlaces,
    Referenced,
    ToldWeight,
)
from migrate.worlds.guest import subject_runs, subjects
from migrate.worlds.guest.execution import Execution
from migrate.worlds.guest.framework_types import UserObject
from migrate.worlds.guest.runner import write_arrays
from migrate.worlds.guest.subject_runs import Run
from migrate.worlds.guest.subject_weights import Unsuitable, Weight, drawn, given, shape_in

_SMALL = frozenset({"initializer", "regularizer", "constraint", "schedule"})
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class World:
    """What differs between the two Keras.

    Attributes:
        keras: tf-keras or Keras 3.
        clear: forgets the names of a session.
        fixed: makes random draws the same numbers in both.
    """

    keras: ModuleType
    clear: Callable[[], None]
    fixed: Callable[[], AbstractContextManager[None]]


def reference(world: World, asked: ProveReference, scratch: Path) -> Referenced:
    """Choose inputs that a subject accepts, draw its weights and run it.

    Raises:
        Unsuitable: no candidate fits; the message holds the first reasons.
    """
    execution = Execution(asked.file)
    with execution:
        _, entry = subjects.load_entry(asked.file, "subject_as_written")
    found: dict[str, Array] = {}
    cases: list[Case] = []
    refused: list[str] = []
    random: set[str] = set()
    kind, options = _options(world, entry, asked.kind, execution)
    for candidate in options:
        if len(cases) >= (1 if kind in _SMALL else subjects.MAX_CASES):
            break
        if cases and len(candidate.shapes) != len(cases[0].shapes):
            break  # what takes one tensor may take a list of two by accident
        entries: list[Weight] = []
        try:
            first = _case(world, entry, kind, candidate, execution, drawn(entries), 0)
            told = [ToldWeight(name, place, shape_in(v)) for name, place, v in entries]
            weights = [first.weights[n] for n in range(len(entries))]
            second = _case(world, entry, kind, candidate, execution, given(told, weights, []), 1)
        except Exception as error:  # noqa: BLE001 - any failure means that these inputs do not fit
            refused.append(f"{candidate}: {type(error).__name__}: {one_line(error, 300)}")
            continue
        if not any(np.isfinite(a).any() for n, a in first.arrays.items() if n.startswith("output")):
            refused.append(f"{candidate}: the result is not finite")
            continue
        number = len(cases)
        random |= {n for n, a in first.arrays.items() if not _alike(a, second.arrays.get(n))}
        found |= {f"{number}/{name}": array for name, array in first.arrays.items()}
        found |= {f"{number}/weight/{i}": array for i, array in enumerate(first.weights)}
        cases.append(
            Case([list(shape) for shape in candidate.shapes], list(candidate.kinds), told, first.facts)
        )
    if not cases:
        raise Unsuitable("; ".join(refused[:3]) or "no known arguments to call it with")
    file = write_arrays(scratch / asked.out, found).file
    return Referenced(cases, sorted(random), refused, kind, file, _executed(execution, asked))


def result(world: World, asked: ProveResult, scratch: Path) -> Proven:
    """Run a subject on the cases of a reference."""
    execution = Execution(asked.file)
    with execution:
        _, entry = subjects.load_entry(asked.file, "subject_rewritten")
    held = load_arrays(asked.reference)
    found: dict[str, Array] = {}
    facts: list[CaseFacts] = []
    paired: list[str] = []
    narrower: list[str] = []
    for number, case in enumerate(asked.cases):
        candidate = Candidate(tuple(map(tuple, case.shapes)), tuple(case.kinds))
        values = [held[f"{number}/weight/{i}"] for i in range(len(case.weights))]
        how: list[str] = []
        assign = given(case.weights, values, how)
        try:
            run = _case(world, entry, asked.kind, candidate, execution, assign, 0)
        except Exception as error:
            if not number or not _is_of_keras(error):
                raise
            narrower.append(f"{candidate}: {type(error).__name__}: {one_line(error, 300)}")
            facts.append(CaseFacts(refused=True))
            paired.append("")
            continue
        found |= {f"{number}/{name}": array for name, array in run.arrays.items()}
        facts.append(run.facts)
        paired.append(how[0] if how else "")
    file = write_arrays(scratch / asked.out, found).file
    return Proven(facts, paired, narrower, file, _executed(execution, asked))


def forget(tables: Sequence[dict[object, object]], before: Sequence[Mapping[object, object]]) -> None:
    """Put Keras' registries back: the classes of an earlier subject would answer for those of this one."""
    for table, held in zip(tables, before, strict=True):
        table.clear()
        table.update(held)


def _options(
    world: World, entry: UserObject, kind: str, execution: Execution
) -> tuple[str, Sequence[Candidate]]:
    """What a subject is, and the inputs to try."""
    if kind in ("block", "function", "loss function"):
        return kind, subjects.candidates(kind, None)
    world.clear()
    with execution:
        try:
            made = subjects.unwrapped(world.keras, entry())
        except Exception as error:
            raise Unsuitable(
                f"it cannot be created: {type(error).__name__}: {one_line(error, 300)}"
            ) from error
    found = subjects.kind_of(world.keras, made, kind)
    return found, [Candidate((), ())] if found in _SMALL else subjects.candidates(found, made)


def _case(
    world: World,
    entry: UserObject,
    kind: str,
    candidate: Candidate,
    execution: Execution,
    assign: Callable[[UserObject], list[Weight]],
    seed: int,
) -> Run:
    """One way to call a subject, from a fresh session."""
    keras = world.keras
    world.clear()
    keras.utils.set_random_seed(seed)
    batches = [arrays(candidate, number) for number in (0, 1)]
    with execution, world.fixed():
        if kind == "block":
            return subject_runs.run_layer(keras, subjects.symbolic(keras, entry, candidate), batches, assign)
        if kind in ("function", "loss function"):
            function = entry if entry_takes_tensors(entry) else entry()
            return subject_runs.run_function(function, batches, spread=kind == "loss function")
        made = subjects.unwrapped(keras, entry())
        rebuilds = _rebuilds(made)
        if kind in ("layer", "model"):
            if hasattr(made, "state_size") and not hasattr(made, "cell"):
                made = keras.layers.RNN(made, return_sequences=True)  # a cell is run by one
            run = subject_runs.run_layer(keras, made, batches, assign)
        elif kind == "loss":
            run = subject_runs.run_loss(made, batches)
        elif kind == "metric":
            run = subject_runs.run_metric(made, batches)
        else:
            run = subject_runs.run_small(kind, made)
        run.facts = msgspec.structs.replace(run.facts, rebuilds=rebuilds)
        return run


def _is_of_keras(error: BaseException) -> bool:
    """Whether Keras itself refuses: its layers take fewer ranks than those of tf-keras."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and "/keras/src/" in trace.tb_frame.f_code.co_filename


def entry_takes_tensors(entry: UserObject) -> bool:
    """Whether a module's entry calls the subject with tensors, or makes it."""
    code: CodeType = entry.__code__
    return code.co_argcount + bool(code.co_flags & 0x4) > 0


def _rebuilds(made: UserObject) -> bool | None:
    """Whether the class makes another one from its configuration; None for a model that is no class of the user's."""
    own = type(made).__module__ in ("subject_as_written", "subject_rewritten")
    if not own or not hasattr(made, "get_config"):
        return None
    try:
        made.from_config(made.get_config())
    except Exception:  # noqa: BLE001 - whatever a user's class raises, the answer is no
        return False
    return True


def _alike(one: Array, other: Array | None) -> bool:
    if other is None or one.shape != other.shape:
        return False
    if one.dtype.kind not in "fiub":
        return bool(np.array_equal(one, other))
    scale = float(np.abs(one[np.isfinite(one)]).max(initial=0.0)) if one.size else 0.0
    return bool(np.allclose(one, other, rtol=_SAME, atol=_SAME * scale + 1e-12, equal_nan=True))


def _executed(execution: Execution, asked: ProveReference | ProveResult) -> dict[str, RanPlaces]:
    """By definition: how many of its places ran, and the lines of the module that hold one which did not."""
    code = compile(Path(asked.file).read_text(encoding="utf-8"), asked.file, "exec", dont_inherit=True)
    found = {}
    for name, (first, last) in asked.definitions.items():
        ran = execution.of(code, first, last)
        found[name] = RanPlaces(ran.run, ran.all, list(ran.missed))
    return found
