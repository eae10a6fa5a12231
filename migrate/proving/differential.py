"""The differential proof of one definition: both worlds build and run it, and what they give is compared."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from codemods.files.source import SourceError
from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays
from migrate.findings import MigrationError
from migrate.pipeline.answers import reading
from migrate.printable import one_line
from migrate.proving.comparing import arrays_of, facts_of
from migrate.proving.recipes import Recipe
from migrate.proving.records import Proof, Ran, Verdict
from migrate.proving.sources import Module, called
from migrate.proving.subjects import Kind, Subject
from migrate.worlds.contracts.proving import (
    Case,
    Definitions,
    Proven,
    ProveReference,
    ProveResult,
    RanPlaces,
    Referenced,
)
from migrate.worlds.host.ends import WorkerStarved, WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.taking import take

_OTHER_WAY = {Kind.BLOCK: "function", Kind.FUNCTION: "block"}
"""A function of a tensor may be applied to symbolic tensors or to values; its source does not always say."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = 240.0
"""One call in one world; a subject that takes longer stays unproven."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The module of a subject for each world."""

    legacy: Module
    modern: Module


def prove(subject: Subject, recipe: Recipe, sides: Sides, slot: Slot) -> Proof:
    """Build and run a subject in both worlds, and compare.

    Args:
        subject: what to prove.
        recipe: what it is called with.
        sides: its module for each world.
        slot: workers.
    """
    base = _base(subject, recipe, sides)
    texts = {side: called(module, subject, recipe) for side, module in _named(sides)}
    for side, text in texts.items():
        (slot.inputs / f"subject_{side}.py").write_text(text, encoding="utf-8")
    try:
        reference = _reference(subject, sides.legacy, slot)
    except MigrationError as error:  # a worker that starved, too: what was not run is not proven
        slot.legacy.close()
        return base(
            verdict=Verdict.UNPROVEN, reason=f"tf-keras does not run it: {_first_line(error.message)}"
        )
    try:
        with reading(slot.legacy):
            given = load_arrays(take(slot.legacy, reference.file, "subject_reference.safetensors"))
            ran = _ran(reference.executed, sides.legacy)
            inputs = tuple(_inputs(case) for case in reference.cases)
            kind = reference.kind
    except ProtocolError as error:
        slot.legacy.close()
        return base(verdict=Verdict.UNPROVEN, reason=_first_line(error.message))
    try:
        answer = _result(reference, sides.modern, slot)
    except (WorkerStarved, ProtocolError) as error:  # nothing is known of the definition
        return base(verdict=Verdict.UNPROVEN, reason=_first_line(error.message), inputs=inputs, legacy=ran[0])
    except MigrationError as error:
        if not isinstance(error, WorldError):
            slot.modern.close()
        return base(
            verdict=Verdict.BROKEN,
            reason=f"Keras 3 does not run it: {_first_line(error.message)}",
            at=_line_of(error, sides.modern),
            inputs=inputs,
            legacy=ran[0],
        )
    try:
        with reading(slot.modern):
            found = load_arrays(take(slot.modern, answer.file, "subject_result.safetensors"))
            random = tuple(reference.random)
            compared = [
                *facts_of(reference.cases, answer.facts),
                *arrays_of(reference.cases, given, found, frozenset(random), answer.facts),
            ]
            says_nothing = _says_nothing(kind, given, frozenset(random))
            ran_there = _ran(answer.executed, sides.modern)
            narrower = tuple(answer.narrower)
            paired = ", ".join(sorted({word for word in answer.paired if word}))
    except ProtocolError as error:
        slot.modern.close()
        return base(verdict=Verdict.UNPROVEN, reason=_first_line(error.message), inputs=inputs, legacy=ran[0])
    different = [entry for entry in compared if not entry.equal]
    verdict = Verdict.DIFFERS if different else Verdict.UNPROVEN if says_nothing else Verdict.EQUAL
    reason = f"{different[0].name}: {different[0].reason}" if different else says_nothing
    return base(
        verdict=verdict,
        reason=reason,
        inputs=inputs,
        compared=tuple(compared),
        random=random,
        narrower=narrower,
        paired=paired,
        legacy=ran[0],
        modern=ran_there[0],
        helpers=ran_there[1],
    )


def unproven(subject: Subject, reason: str) -> Proof:
    """The record of a subject that cannot be called."""
    return Proof(**_where(subject), verdict=Verdict.UNPROVEN, reason=reason)


def _where(subject: Subject) -> dict[str, Any]:
    """What a record says of any subject."""
    return {
        "name": subject.name,
        "kind": subject.kind.value,
        "file": str(subject.place).rpartition(":")[0],
        "line": subject.place.line,
        "end": subject.end,
    }


def _base(subject: Subject, recipe: Recipe, sides: Sides) -> Callable[..., Proof]:
    def make(**fields: Any) -> Proof:
        return Proof(
            **_where(subject),
            arguments=recipe.arguments,
            origin=recipe.origin,
            left=sides.modern.left,
            **fields,
        )

    return make


def _named(sides: Sides) -> tuple[tuple[str, Module], ...]:
    return ("legacy", sides.legacy), ("modern", sides.modern)


def _reference(subject: Subject, module: Module, slot: Slot) -> Referenced:
    file = str(slot.inputs / "subject_legacy.py")
    call = ProveReference(file, subject.kind.value, _definitions(module))
    try:
        return slot.legacy.ask(call, SECONDS)
    except WorldError:
        other = _OTHER_WAY.get(subject.kind)
        if other is None:
            raise
        return slot.legacy.ask(msgspec.structs.replace(call, kind=other), SECONDS)


def _result(reference: Referenced, module: Module, slot: Slot) -> Proven:
    given = slot.inputs / "subject_reference.safetensors"
    shutil.copyfile(take(slot.legacy, reference.file, "subject_reference.safetensors"), given)
    file = str(slot.inputs / "subject_modern.py")
    call = ProveResult(file, reference.kind, _definitions(module), reference.cases, given)
    return slot.modern.ask(call, SECONDS)


def _definitions(module: Module) -> Definitions:
    return {name: (first, last) for name, (_, _, first, last) in module.places.items()}


def _says_nothing(kind: str, given: Mapping[str, Array], random: frozenset[str]) -> str:
    """Why a reference is no evidence; empty when it is."""
    outputs = [a for k, a in given.items() if k.partition("/")[2].startswith("output/") and a.size]
    names = {k.partition("/")[2] for k in given if k.partition("/")[2].startswith("output/")}
    if not outputs:
        return "nothing comes out"
    if names <= random:
        return "all results are random"
    numbers = [a for a in outputs if a.dtype.kind in "fiub"]
    if kind in ("layer", "model", "block", "function") and all(float(np.ptp(a)) == 0.0 for a in numbers):
        return "all results are the same number, whatever the input"
    return ""


def _ran(told: Mapping[str, RanPlaces], module: Module) -> tuple[Ran, tuple[Ran, ...]]:
    """What ran of the subject, and of the other definitions of its module; lines as in the repository."""
    found: dict[str, Ran] = {}
    for name, (file, line, first, last) in module.places.items():
        missed = tuple(sorted({n - first + line for n in told[name].missed}))
        found[name] = Ran(
            file=str(file),
            first=line,
            last=line + last - first,
            run=told[name].run,
            all=told[name].all,
            missed=missed,
        )
    own = found.pop(module.name)
    return own, tuple(found.values())


def _inputs(case: Case) -> str:
    return ", ".join(f"{kind} {shape}" for kind, shape in zip(case.kinds, case.shapes, strict=True))


def _first_line(message: str) -> str:
    """A message of a framework as one line, without its colours."""
    return one_line(_COLOUR.sub("", message), 400)


def _line_of(error: MigrationError, module: Module) -> int:
    """The innermost line of the subject's own definition in a traceback, as a line of the repository's file."""
    lines = [int(n) for n in re.findall(r'subject_modern\.py", line (\d+)', getattr(error, "traceback", ""))]
    _, line, first, last = module.places[module.name]
    inside = [number for number in lines if first <= number <= last]
    return inside[-1] - first + line if inside else 0


def refused(subject: Subject, error: SourceError) -> Proof:
    """The record of a subject that cannot be cut out of its source."""
    return unproven(subject, f"it cannot be extracted from its source: {error.message}")
