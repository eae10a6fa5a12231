"""Whether an order is done: what can be told without running anything, then the proof in both worlds.

Nothing but an answer of every check makes an order accepted. What no check covers is ``undecided``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.files.source import SourceError
from codemods.options import Options
from codemods.run.runner import process
from migrate.findings import Severity
from migrate.proving.records import Proof, Verdict, worst
from migrate.proving.run import Sources, prove_one
from migrate.proving.subjects import Subject
from migrate.workorders.collect import definitions, open_findings
from migrate.workorders.edits import (
    Change,
    broken_promises,
    change,
    grown,
    is_harmless,
    new_directives,
    new_outside_reads,
)
from migrate.workorders.records import Acceptance, Check, Checked, Outcome, WorkOrder
from migrate.workorders.state import State, python_files
from migrate.worlds.host.pool import Slot

_RANK = (Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REJECTED)


@dataclass(frozen=True, slots=True)
class _Edit:
    """A proposed state of the order's file."""

    old: str
    new: str
    change: Change


def accept(state: State, order: WorkOrder, tree: Path, slot: Slot) -> Acceptance:
    """Judge the files of a tree as the work on an order.

    Args:
        state: the orders and what they are judged against.
        order: one of them.
        tree: the repository, or a copy of it with edits.
        slot: workers.
    """
    checks = list(_checks(state, order, tree, slot))
    outcome = max((check.outcome for check in checks), key=_RANK.index)
    return Acceptance(order=order.id, outcome=outcome, checks=tuple(checks))


def _checks(state: State, order: WorkOrder, tree: Path, slot: Slot) -> Iterator[Checked]:
    waiting = [name for name in order.after if not state.order(name).done]
    if waiting:
        yield _no("order of work", f"{', '.join(waiting)} comes first: this order uses the code it covers")
        return
    now = python_files(tree)
    accepted = python_files(state.accepted)
    others = sorted(n for n in {*now, *accepted} if now.get(n) != accepted.get(n) and n != order.file)
    if others:
        yield _no("scope", f"{', '.join(others[:3])} changed, and the order covers only {order.file}")
        return
    yield _yes("scope", f"only {order.file} changed")
    if order.file not in now or order.file not in accepted:
        yield _no("scope", f"{order.file} is gone")
        return
    old, new = (files[order.file].decode("utf-8", "replace") for files in (accepted, now))
    try:
        compile(new, order.file, "exec", dont_inherit=True)
        edit = _Edit(old, new, change(old, new))
    except (SyntaxError, ValueError) as error:
        yield _no("syntax", f"{order.file} does not compile: {error}")
        return
    static = [*_promises(edit, order), *_findings(state, order, tree, edit)]
    yield from static
    if any(check.outcome is Outcome.REJECTED for check in static):
        return  # nothing of an edit that is refused anyway runs
    if order.check is not Check.DEFINITION:
        yield Checked(
            "proof",
            Outcome.UNDECIDED,
            "no proof covers module-level code: run the program, and decide",
        )
        return
    yield from _proofs(state, order, tree, edit, slot)


def _promises(edit: _Edit, order: WorkOrder) -> Iterator[Checked]:
    """Nothing is silenced, taken away, or changed beyond the task."""
    silenced = new_directives(edit.old, edit.new)
    if silenced:
        yield _no("directives", f"{silenced} comment(s) that silence the source rules were added")
    outside = new_outside_reads(edit.old, edit.new)
    if outside:
        yield _no("environment", f"the edit checks where it runs: {', '.join(outside)}")
    broken = broken_promises(edit.old, edit.new)
    yield (
        _no("interface", "; ".join(broken[:3]))
        if broken
        else _yes("interface", "every definition accepts the same arguments as before")
    )
    known = {part.name for part in definitions(edit.old)}
    beyond = [part.name for part in edit.change.parts if part.name in known and part.name != order.definition]
    if beyond:
        yield _no(
            "task", f"{', '.join(beyond)} changed, and the order covers {order.definition or 'the module'}"
        )


def _findings(state: State, order: WorkOrder, tree: Path, edit: _Edit) -> Iterator[Checked]:
    """The source rules find nothing any more where the order is, and nothing new anywhere in the file."""
    options = Options(unsafe=True)
    before = process(state.accepted / order.file, options)
    after = process(tree / order.file, options)
    if after.error is not None:
        yield _no("rules", f"the rewritten file cannot be read: {after.error}")
        return
    inside = [d for d in definitions(edit.new) if d.name == order.definition]
    wanted = {(t.code, t.symbol) for t in order.troubles}
    left = [
        finding
        for finding in open_findings(after)
        if (finding.code, finding.symbol) in wanted
        and (not order.definition or any(d.first <= finding.line <= d.last for d in inside))
    ]
    if left:
        yield _no("rules", f"line {left[0].line} still has {left[0].code}: {left[0].message}")
        return
    counted = [
        Counter((f.code, f.symbol) for f in result.findings if f.severity is not Severity.INFO)
        for result in (before, after)
    ]
    new = grown(*counted)
    if new:
        code, symbol = new[0]
        yield _no("rules", f"the edit adds {code} ({symbol or 'see keras-migrate explain'})")
        return
    yield _yes("rules", "none of the order's findings is left")


def _proofs(state: State, order: WorkOrder, tree: Path, edit: _Edit, slot: Slot) -> Iterator[Checked]:
    """What the edit touches is equal in both worlds, and every line of it ran."""
    sources = Sources(state.before, tree)
    subjects, _ = sources.found()
    calls = sources.calls()
    key = f"{order.file}:{order.definition}"
    file = tree / order.file
    others_open = {f"{o.file}:{o.definition}" for o in state.record.orders if not o.done and o.id != order.id}
    reached: set[int] = set()
    ran: set[int] = set()
    for subject in subjects:
        own = subject.key == key
        touched, used = _reach(sources, subject, file, edit)
        if not own and (not touched or others_open & {subject.key, *used}):
            continue  # not concerned, or not to be judged before another order is done
        proofs = prove_one(subject, sources, calls, slot)
        verdict = worst(proofs)
        limits = [f"no longer accepts {n}" for p in proofs for n in p.narrower]
        limits += [f"draws {n} at random, which is not compared" for p in proofs for n in p.random]
        if verdict is Verdict.EQUAL and limits:
            yield Checked("proof", Outcome.UNDECIDED, f"{subject.name} {limits[0]}")
        elif verdict is Verdict.EQUAL:
            yield _yes("proof", f"{subject.name} is equal in both worlds, called in {len(proofs)} way(s)")
            reached |= touched
            ran |= _lines_run(proofs, file)
        elif verdict is Verdict.UNPROVEN:
            if own:
                yield Checked("proof", Outcome.UNDECIDED, f"{subject.name}: {proofs[0].reason}")
        else:
            failed = next(p for p in proofs if p.verdict is verdict)
            yield _no("proof", f"{subject.name}({failed.arguments}): {failed.reason}")
            return
    if key not in {subject.key for subject in subjects}:
        yield Checked("proof", Outcome.UNDECIDED, f"the original sources define no {order.definition}")
        return
    yield from _coverage(edit, reached, ran)


def _reach(sources: Sources, subject: Subject, file: Path, edit: _Edit) -> tuple[set[int], set[str]]:
    """First lines of the changed statements that a subject's module holds; the definitions in it as ``FILE:NAME``."""
    try:
        module = sources.modern(subject)
    except SourceError:
        return set(), set()
    lines = {part.first for part in edit.change.parts if (file, part.first) in module.reaches}
    root = sources.after or sources.before
    used = {
        f"{where.relative_to(root).as_posix()}:{name}" for name, (where, _, _, _) in module.places.items()
    }
    return lines, used


def _lines_run(proofs: Sequence[Proof], file: Path) -> set[int]:
    """Lines of the file of which all places ran in Keras 3, in a proof that ended equal."""
    found: set[int] = set()
    for proof in proofs:
        if proof.verdict is Verdict.EQUAL and proof.modern is not None:
            for ran in (proof.modern, *proof.helpers):
                if Path(ran.file) == file:
                    found |= set(range(ran.first, ran.last + 1)) - set(ran.missed)
    return found


def _coverage(edit: _Edit, reached: set[int], ran: set[int]) -> Iterator[Checked]:
    """Each changed line ran, or is in no position to compute anything."""
    unseen = [p for p in edit.change.parts if not is_harmless(p) and p.first not in reached]
    if unseen:
        names = ", ".join(part.name or f"line {part.first}" for part in unseen[:3])
        yield Checked("coverage", Outcome.UNDECIDED, f"no proof covers {names}")
        return
    named = [part for part in edit.change.parts if part.name]
    inside = [n for n in edit.change.lines if any(p.first <= n <= p.last for p in named)]
    silent = [n for n in inside if n not in ran]
    if silent:
        told = ", ".join(map(str, silent[:5]))
        yield Checked("coverage", Outcome.UNDECIDED, f"line(s) {told} of the edit never ran in a proof")
        return
    yield _yes("coverage", "every changed line ran in both worlds")


def _yes(name: str, message: str) -> Checked:
    return Checked(name, Outcome.ACCEPTED, message)


def _no(name: str, message: str) -> Checked:
    return Checked(name, Outcome.REJECTED, message)
