"""The steps of the migration, in an order that respects what depends on what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from migrate.report.compatibility.effort import STOPPED, effort_counts
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.order import imported_files, waves
from migrate.report.compatibility.records import Entry, FileUnit, Link, Pin, Step, StepItem
from migrate.report.compatibility.references import Outline

_FIRST = (
    "Next, work that depends on nothing else",
    "No other open work comes before these; shared layers and helpers come before the code that uses them.",
)
_ROUND = "Then, round {}: work that depended on the rounds before"
_WAITED = (
    "Each of these depends on something above: it imports it, loads it, or needs a class that it defines."
)


def plan(
    files: Sequence[FileUnit],
    models: Sequence[ModelUnit],
    entries: Sequence[Entry],
    *,
    links: Sequence[Link],
    outlines: Mapping[str, Outline],
    pins: Sequence[Pin],
) -> list[Step]:
    """Steps that are left; empty when nothing is."""
    units: dict[str, FileUnit | ModelUnit] = {file.path: file for file in files}
    units |= {model.path: model for model in models}
    steps = [*_pin_step(pins), *_rewrite_step(files, entries), *_model_step(models, entries)]
    pinned = {pin.path for pin in pins if pin.verdict == "legacy"}
    rest = [p for p, unit in units.items() if unit.level.rank >= Level.ASSISTED.rank and p not in pinned]
    waits = dependencies(links, outlines)
    open_ = set(rest)
    for number, wave in enumerate(waves(rest, waits)):
        items = [_item(units[path], entries, sorted(waits.get(path, set()) & open_)) for path in wave]
        items.sort(
            key=lambda item: (item.kind == "model", -item.level.rank, -sum(item.effort.values()), item.path)
        )
        steps.append(
            Step(
                title=_ROUND.format(number + 1) if number else _FIRST[0],
                why=_WAITED if number else _FIRST[1],
                items=items,
            )
        )
    return steps


def dependencies(links: Sequence[Link], outlines: Mapping[str, Outline]) -> dict[str, set[str]]:
    """What each path waits for: imports, the classes of a model, the model that a file loads."""
    waits: defaultdict[str, set[str]] = defaultdict(set)
    for path, others in imported_files(
        {p: o.imports for p, o in outlines.items() if p.endswith(".py")}
    ).items():
        waits[path] |= others
    for link in links:
        if link.state == "linked" and link.kind == "defines":
            waits[link.target].add(link.path)
        elif link.state == "linked" and link.kind in {"loads", "names"}:
            waits[link.path].add(link.target)
    return dict(waits)


def _item(unit: FileUnit | ModelUnit, entries: Sequence[Entry], after: list[str]) -> StepItem:
    return StepItem(
        kind="model" if isinstance(unit, ModelUnit) else "file",
        path=unit.path,
        level=unit.level,
        effort=effort_counts(entries[i] for i in unit.entries),
        after=after,
        command=_unblocking(unit),
    )


def _unblocking(unit: FileUnit | ModelUnit) -> str:
    """The command that migrates a blocked model with what it is missing; what else is to do, its own page says."""
    if not isinstance(unit, ModelUnit) or unit.status != "blocked" or unit.next is None:
        return ""
    return unit.next.command if unit.next.command.startswith("keras-migrate models ") else ""


def _pin_step(pins: Sequence[Pin]) -> list[Step]:
    legacy = [pin for pin in pins if pin.verdict == "legacy"]
    if not legacy:
        return []
    names = ", ".join(sorted({f"{pin.name}{pin.specifier}" for pin in legacy}))
    return [
        Step(
            title="Create an environment with Keras 3 alongside the old one",
            why=f"Requirement pins keep Keras 2: {names}. Nothing can be tested until they are lifted.",
            items=[
                StepItem(kind="file", path=path, level=Level.ASSISTED, effort=effort_counts(()))
                for path in sorted({pin.path for pin in legacy})
            ],
        )
    ]


def _rewrite_step(files: Sequence[FileUnit], entries: Sequence[Entry]) -> list[Step]:
    touched = [
        f
        for f in files
        if any(not entries[i].done and entries[i].effort is Effort.AUTOMATIC for i in f.entries)
    ]
    if not touched:
        return []
    return [
        Step(
            title="Let the tool apply the safe rewrites",
            why="Every edit is proven and can be reverted with keras-migrate undo.",
            command="keras-migrate code . --write",
            items=[_item(file, entries, []) for file in touched],
        )
    ]


def _model_step(models: Sequence[ModelUnit], entries: Sequence[Entry]) -> list[Step]:
    waiting = [m for m in models if m.level is Level.AUTOMATIC and m.status not in STOPPED]
    if not waiting:
        return []
    return [
        Step(
            title="Migrate the models that need nothing from you",
            why="Each is compared with a reference before it is reported as migrated.",
            command="keras-migrate models . --out migrated",
            items=[_item(model, entries, []) for model in waiting],
        )
    ]
