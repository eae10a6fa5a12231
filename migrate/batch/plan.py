"""What a run would do: each artifact with its action, the outcome to expect, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from migrate.batch import resources
from migrate.batch.events import Task
from migrate.batch.ledger import FINISHED, STARTED
from migrate.batch.ruleset import RuleSet, touches
from migrate.discovery import folders
from migrate.findings import MigrationError, Status
from migrate.inspection.expectation import Certainty, Expectation, expected
from migrate.outcomes import status_of
from migrate.parity.golden import find_golden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from migrate.batch.ledger import Row
    from migrate.batch.remote import RemoteArtifact
    from migrate.discovery import Candidate
    from migrate.inspection import Inspection
    from migrate.pipeline.request import Options


class Action(StrEnum):
    """What is done about one artifact."""

    MIGRATE = "migrate"
    KEEP = "keep"
    """Finished before, with the same content, options and rules."""
    COPY = "copy"
    """Same content as another artifact of this run, whose outcome it shares."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One artifact of a plan.

    Attributes:
        candidate: what it is and where.
        action: what is done.
        key: content and options.
        sha256: of its own file; empty when it cannot be read.
        folder: of its outputs.
        seconds: to expect in warm workers.
        same_as: the artifact that it is a copy of.
        ours: an earlier attempt may have left outputs in the folder.
        outdated: there is a result, of rules that have changed since in a way that may matter to it.
        remote: where it is, for an artifact in a store.
        finished: status of the result that is kept.
    """

    candidate: Candidate
    action: Action
    key: str
    sha256: str
    folder: str
    seconds: float
    same_as: str = ""
    ours: bool = False
    outdated: bool = False
    remote: RemoteArtifact | None = None
    finished: Status | None = None


class Upgrade:
    """What became of the rules since results were made.

    Args:
        made_with: rule sets of earlier runs, by version.
        today: the rules of this run.
    """

    def __init__(self, made_with: Mapping[str, RuleSet], today: RuleSet) -> None:
        self._today = today.version
        self._changed = {version: today.changed_since(old) for version, old in made_with.items()}

    def outdates(self, row: Row) -> bool:
        """Whether a finished result could be another one today.

        What did not become a migrated model is always tried with new rules: they may be what it lacked.
        """
        if row.ruleset == self._today:
            return False
        changed = self._changed.get(row.ruleset)
        if changed is None or row.result is None or row.result.status is not Status.MIGRATED:
            return True
        return any(touches(part, row.result, row.classes) for part in changed)


def make_plan(
    candidates: Sequence[Candidate],
    keys: Mapping[str, tuple[str, str]],
    rows: Mapping[str, Row],
    upgrade: Upgrade,
    *,
    retry: frozenset[str] = frozenset(),
    remote: Mapping[str, RemoteArtifact] | None = None,
) -> list[Planned]:
    """Decide for each artifact.

    Args:
        candidates: from discovery.
        keys: source to key and SHA-256.
        rows: what the ledger knows.
        upgrade: from the rules that results were made with to those of today.
        retry: statuses that are tried again although nothing changed.
        remote: source to its address, for artifacts in stores.
    """
    assigned = folders(
        [one.source for one in candidates], {source: row.folder for source, row in rows.items()}
    )
    leaders: dict[str, str] = {}
    planned = []
    for one in candidates:
        key, sha256 = keys[one.source]
        row = rows.get(one.source)
        action, same_as = Action.MIGRATE, ""
        outdated = row is not None and row.state == FINISHED and row.key == key and upgrade.outdates(row)
        if row and not outdated and _is_kept(row, key, retry):
            action = Action.KEEP
            leaders.setdefault(key, one.source)
        elif key in leaders:
            action, same_as = Action.COPY, leaders[key]
        else:
            leaders[key] = one.source
        seconds = resources.seconds_of(one.size) if action is Action.MIGRATE else 0.0
        ours = row is not None and row.state in (STARTED, FINISHED)
        planned.append(
            Planned(
                candidate=one,
                action=action,
                key=key,
                sha256=sha256,
                folder=assigned[one.source],
                seconds=seconds,
                same_as=same_as,
                ours=ours,
                outdated=outdated,
                remote=(remote or {}).get(one.source),
                finished=row.result.status if row and row.result and action is Action.KEEP else None,
            )
        )
    return planned


_PASSING = frozenset({"RUN011", "RUN013", "RUN014", "RUN017", "RUN018"})
"""No room, a file that was gone or being written, a store that did not answer."""


def _is_kept(row: Row, key: str, retry: frozenset[str]) -> bool:
    """Whether a finished row stands; what failed for another cause than its content is tried again with every run."""
    if row.state != FINISHED or row.key != key or row.result is None or row.result.status in retry:
        return False
    return not any(finding.code in _PASSING for finding in row.result.findings)


def task_of(planned: Planned, out: Path, ruleset: str, *, force: bool, out_url: str = "") -> Task:
    """A planned migration as an executor is given it; ``ruleset`` is the version of the rules."""
    one = planned.candidate
    return Task(
        source=one.source,
        path=one.path,
        companions=(*one.parts, *one.companions),
        folder=planned.folder,
        out=out,
        size=one.size,
        sha256=planned.sha256,
        made_for={"key": planned.key, "ruleset": ruleset},
        force=force or planned.ours,
        memory=resources.memory_of(one.size),
        seconds=planned.seconds,
        url=planned.remote.url if planned.remote else "",
        companion_urls=planned.remote.companions if planned.remote else (),
        out_url=out_url,
    )


_LIFTED_BY_CODE = frozenset({"CFG005", "CFG006", "CFG017", "CFG018", "CFG022", "EXP013"})
_LIFTED_BY_ARCHITECTURE = frozenset({"FMT004", "FMT028"})


def expectations(
    plan: Sequence[Planned],
    options: Options,
    inspect: Callable[[Iterable[Path]], Iterator[tuple[Path, Inspection | MigrationError]]],
) -> dict[str, Expectation]:
    """Source to the status to expect: a finished artifact has its own, the others are inspected.

    What lies in a store is not fetched for a plan, and has no expectation.
    """
    told = {
        one.candidate.source: Expectation(one.finished, Certainty.SURE)
        for one in plan
        if one.action is Action.KEEP and one.finished is not None
    }
    chosen = [one for one in plan if one.action is Action.MIGRATE and one.remote is None]
    for one, (_, found) in zip(chosen, inspect(one.candidate.path for one in chosen), strict=True):
        told[one.candidate.source] = (
            Expectation(status_of(found.code), Certainty.SURE, found.code)
            if isinstance(found, MigrationError)
            else expected(
                found, lifted=partial(_is_lifted, options, find_golden(one.candidate.path) is not None)
            )
        )
    for one in plan:
        if one.same_as in told:
            told[one.candidate.source] = told[one.same_as]
    return told


def _is_lifted(options: Options, recorded: bool, code: str) -> bool:
    """Whether an option, or a recording of the artifact, is there to get it past a refusal."""
    return (
        (options.trust and status_of(code) is Status.UNSAFE)
        or (
            bool(options.custom_objects or options.source or options.modern_source)
            and code in _LIFTED_BY_CODE
        )
        or ((bool(options.stock_names) or recorded) and code == "CFG006")
        or (bool(options.hub_modules) and code == "ECO091")
        or (options.architecture is not None and code in _LIFTED_BY_ARCHITECTURE)
    )


def plan_json(
    plan: Sequence[Planned], jobs: int, expectations: Mapping[str, Expectation]
) -> dict[str, object]:
    """The plan as ``--dry-run --json`` prints it; ``expected`` is null for what was not looked at."""
    rows = [
        {
            "source": one.candidate.source,
            "format": one.candidate.format.value if one.candidate.format else "unreadable",
            "bytes": one.candidate.size,
            "action": one.action.value,
            "same_as": one.same_as or None,
            "folder": one.folder,
            "expected": str(told.status) if told else None,
            "certainty": str(told.certainty) if told else None,
            "code": (told.code or None) if told else None,
            "seconds": round(one.seconds, 2),
        }
        for one in plan
        for told in (expectations.get(one.candidate.source),)
    ]
    return {
        "schema": 1,
        "jobs": jobs,
        "seconds": round(sum(one.seconds for one in plan) / jobs, 1),
        "artifacts": rows,
    }
