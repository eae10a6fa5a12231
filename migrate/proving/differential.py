"""The differential proof of one definition: both worlds build and run it, and what they give is compared."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from codemods.files.source import SourceError
from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays
from migrate.findings import MigrationError
from migrate.parity.compare import Comparison, compare_arrays
from migrate.parity.tolerance import AFTER_STEP
from migrate.pipeline.answers import reading
from migrate.printable import one_line
from migrate.proving.recipes import Recipe
from migrate.proving.records import Compared, Proof, Ran, Verdict
from migrate.proving.sources import Module, called
from migrate.proving.subjects import Kind, Subject
from migrate.worlds.contracts.proving import (
    Case,
    CaseFacts,
    Definitions,
    Proven,
    ProveReference,
    ProveResult,
    RanPlaces,
    Referenced,
    ToldWeight,
)
from migrate.worlds.host.ends import WorkerStarved, WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.taking import take

_OTHER_WAY = {Kind.BLOCK: "function", Kind.FUNCTION: "block"}
"""A function of a tensor may be applied to symbolic tensors or to values; its source does not always say."""
_LOOSE = ("gradient", "training", "penalty")
"""Sums over a batch, judged like the outputs after a training step."""
_FACTS = {
    "trainable": "trainable weights",
    "built_shape": "compute_output_shape",
    "regularised": "penalties",
    "name": "name",
}
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
                *_facts(reference.cases, answer.facts),
                *_arrays(reference.cases, given, found, frozenset(random), answer.facts),
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


def _arrays(
    cases: Sequence[Case],
    given: Mapping[str, Array],
    found: Mapping[str, Array],
    random: frozenset[str],
    facts: Sequence[CaseFacts],
) -> list[Compared]:
    """Every array of every case, the worst case of each."""
    parts: dict[str, list[Comparison]] = {}
    for key in sorted({*(k for k in given if "/weight/" not in k), *found}):
        number, _, name = key.partition("/")
        if name in random or facts[int(number)].refused:
            continue
        label = _label(name, cases[int(number)].weights)
        if key not in given or key not in found:
            side = "tf-keras" if key in given else "Keras 3"
            lost = Comparison(label, False, np.inf, np.inf, 0.0, 0.0, f"only {side} returns it")
            parts.setdefault(label, []).append(lost)
            continue
        relative = AFTER_STEP if name.startswith(_LOOSE) else None
        parts.setdefault(label, []).append(compare_arrays(label, given[key], found[key], "", relative))
    return [_compared(Comparison.worst(label, group)) for label, group in parts.items()]


def _compared(found: Comparison) -> Compared:
    return Compared(
        name=found.name,
        equal=found.equal,
        max_rel=min(float(found.max_rel), np.finfo(float).max),
        used=min(float(found.used), np.finfo(float).max),
        reason=found.reason,
    )


def _label(name: str, weights: Sequence[ToldWeight]) -> str:
    """The name of an array for people: weights by their path."""
    head, _, rest = name.partition("/")
    if head in ("gradient", "state"):
        word = "gradient of" if head == "gradient" else "after a training call,"
        return f"{word} {weights[int(rest)].name}"
    words = {
        "output": "output",
        "training": "output in training",
        "penalty": "penalty",
        "weighted": "weighted by sample",
    }
    position = rest.rpartition("/")[2] if head == "output" else rest
    return f"{words.get(head, head)}{f' {position}' if position not in ('', '0') else ''}"


def _facts(cases: Sequence[Case], found: Sequence[CaseFacts]) -> list[Compared]:
    parts: dict[str, Compared] = {}
    for case, answered in zip(cases, found, strict=True):
        given = CaseFacts() if answered.refused else case.facts
        for key, label in _FACTS.items():
            one, other = getattr(given, key), getattr(answered, key)
            if one is None or (key == "built_shape" and other is None):
                continue
            if key == "trainable":
                one, other = ([case.weights[i].name for i in side] for side in (one, other or ()))
            equal = one == other
            if label not in parts or not equal:
                why = "" if equal else f"{other!r} in Keras 3, {one!r} in tf-keras"
                parts[label] = Compared(name=label, equal=equal, max_rel=0.0, used=0.0, reason=why)
        if given.rebuilds:
            equal = answered.rebuilds is True
            why = "" if equal else "from_config(get_config()) fails in Keras 3 and works in tf-keras"
            parts["configuration"] = Compared(
                name="configuration", equal=equal, max_rel=0.0, used=0.0, reason=why
            )
    return list(parts.values())


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
