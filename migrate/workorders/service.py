"""Work orders of a repository: written, judged, edits taken or refused. The commands and the MCP server ask here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from codemods.files.discovery import Wanted, discover
from codemods.files.journal import originals, write_atomically
from codemods.files.source import SourceError
from codemods.options import Options
from codemods.run.runner import run
from migrate.findings import MigrationError, Rule
from migrate.proving.records import ProofReport
from migrate.proving.run import Sources, prove_all
from migrate.workorders.accept import accept
from migrate.workorders.collect import collect
from migrate.workorders.effort import total
from migrate.workorders.page import page_of
from migrate.workorders.records import Acceptance, Outcome, WorkOrder
from migrate.workorders.state import State, load, python_files, save
from migrate.worlds.host.pool import Slot

Slots = Callable[[], AbstractContextManager[Slot]]
"""Lends workers."""


class Edit(msgspec.Struct, frozen=True):
    """A change of one file: ``old`` stands in it once and becomes ``new``."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Written:
    """The orders of a repository, and the proofs that some of them come from; None where none were made."""

    state: State
    proofs: ProofReport | None


def write_orders(
    root: Path,
    before: Path | None,
    slot: Slot | None,
    rules: Mapping[str, Rule],
    configurations: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Written:
    """Write the orders of a repository.

    Args:
        root: the repository, rewritten.
        before: the same files as they were written for Keras 1 or 2; None takes them from the journal of
            ``keras-migrate code --write``.
        slot: workers that prove the definitions; None makes orders of findings alone.
        rules: by code.
        configurations: of the repository's own classes, from its model files; some definitions are called with them.

    Raises:
        MigrationError: ``ORD004`` when files can still be rewritten, ``ORD005`` when nothing says how they were.
    """
    root = root.resolve()
    files = [f for f in discover([root], Wanted(pins=False)) if not f.is_symlink()]
    results = list(run(files, Options(unsafe=True)))
    pending = [result.path for result in results if result.new is not None]
    if pending:
        raise MigrationError(
            "ORD004",
            f"{len(pending)} file(s) can still be rewritten, including {pending[0].relative_to(root)}",
            f"Run `keras-migrate code {root} --write --unsafe` first.",
        )
    now = python_files(root)
    written = _before(root, before, now)
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder:
        tree = Path(folder).resolve() / "before"
        _lay_out(written, tree)
        sources = Sources(tree, root, configurations)
        report = prove_all(sources, slot) if slot is not None else None
        proofs = report.proofs if report is not None else ()
        record = collect(root, results, proofs, _provable(sources, tree, root), rules)
    return Written(save(root, record, page_of(record), written, now), report)


def _before(root: Path, before: Path | None, now: Mapping[str, bytes]) -> dict[str, bytes]:
    """The Python files as they were written."""
    if before is not None:
        return python_files(before.resolve())
    kept = {path.as_posix(): data for path, data in originals(root).items() if path.suffix == ".py"}
    if not kept:
        raise MigrationError(
            "ORD005",
            f"the original Keras 2 sources of {root} are unknown",
            "Pass them with --before DIR; `keras-migrate code --write` keeps them automatically.",
        )
    return {**now, **kept}


def _lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _provable(sources: Sources, before: Path, root: Path) -> dict[str, frozenset[str]]:
    """Each definition that a proof is about, and those that it uses, as ``FILE:NAME``."""
    subjects, _ = sources.found()
    found: dict[str, frozenset[str]] = {}
    for subject in subjects:
        try:
            module = sources.modern(subject)
        except SourceError:
            found[subject.key] = frozenset()
            continue
        used = {
            f"{file.relative_to(root).as_posix()}:{name}" for name, (file, _, _, _) in module.places.items()
        }
        found[subject.key] = frozenset(used - {subject.key})
    return found


def judge(root: Path, name: str, slots: Slots, edits: Sequence[Edit] | None = None) -> Acceptance:
    """Whether an order is done, and on ``accepted`` the state that later orders are judged from.

    Args:
        root: the repository.
        name: of the order.
        slots: lends workers.
        edits: of the order's file, tried on a copy and written to the repository when they are accepted; None judges
            the files as they are.

    Raises:
        MigrationError: there is no such order, the record was changed (``ORD003``), or an edit does not fit
            (``ORD006``).
    """
    root = root.resolve()
    state = load(root)
    order = state.order(name)
    if edits is None:
        with slots() as slot:
            verdict = accept(state, order, root, slot)
        if verdict.outcome is Outcome.ACCEPTED:
            advanced(state, order)
        return verdict
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder:
        tree = Path(folder).resolve() / "tree"
        files = python_files(root)
        _lay_out(files, tree)
        text = _edited(files, order, edits)
        (tree / order.file).write_bytes(text)
        with slots() as slot:
            verdict = accept(state, order, tree, slot)
        if verdict.outcome is Outcome.ACCEPTED:
            if python_files(root) != files:
                raise MigrationError(
                    "ORD006", "the repository changed while the edit was checked", "Propose it once more."
                )
            write_atomically(root / order.file, text)
            advanced(state, order)
    return verdict


def _edited(files: Mapping[str, bytes], order: WorkOrder, edits: Sequence[Edit]) -> bytes:
    text = files[order.file].decode("utf-8") if order.file in files else ""
    for edit in edits:
        count = text.count(edit.old) if edit.old else 0
        if count != 1:
            raise MigrationError(
                "ORD006",
                f"the text to replace occurs {count} times in {order.file}",
                "Quote enough lines to make it unique.",
            )
        text = text.replace(edit.old, edit.new)
    return text.encode()


def advanced(state: State, order: WorkOrder) -> State:
    """Remember an order as done, and the sources as they are now."""
    done = tuple(msgspec.structs.replace(o, done=o.done or o.id == order.id) for o in state.record.orders)
    left = total(o for o in done if not o.done)
    record = msgspec.structs.replace(state.record, orders=done, hours=left)
    before = {name: (state.before / name).read_bytes() for name in state.record.before}
    return save(state.root, record, page_of(record), before, python_files(state.root))
