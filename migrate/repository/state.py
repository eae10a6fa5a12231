"""What the repository remembers of its migration, and what an earlier run of the command left."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from migrate.findings import MigrationError, Status
from migrate.repository.joins.records import Placed
from migrate.repository.models import Migrated
from migrate.repository.records import SCHEMA_VERSION, CaseVerdict, Left, State, Verdict, WorldRun
from migrate.repository.rules import REPO004, REPO005, REPO007
from migrate.repository.source import Open, Rewrite
from migrate.workorders.records import Trouble

STATE = ".keras-migrate/state.json"


def read_state(root: Path) -> State | None:
    """The state in a repository; None where there is none.

    Raises:
        MigrationError: ``REPO002`` for a file that is no state of this version.
    """
    file = root / STATE
    if not file.is_file():
        return None
    try:
        state = msgspec.json.decode(file.read_bytes(), type=State)
    except msgspec.DecodeError as error:
        raise MigrationError(
            "REPO002", f"{STATE} cannot be read: {error}", "Remove it to start over."
        ) from error
    if state.schema != SCHEMA_VERSION:
        raise MigrationError(
            "REPO002",
            f"{STATE} has schema {state.schema}, not {SCHEMA_VERSION}",
            "Remove it to start over.",
        )
    return state


def encode(state: State) -> bytes:
    """The bytes of a state: the same for the same content."""
    return msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"


def open_work(
    source: Iterable[Open],
    joins: Iterable[Placed],
    models: Sequence[Migrated],
    tests: Sequence[CaseVerdict],
    runs: Sequence[WorldRun] = (),
    errors: Mapping[str, str] = MappingProxyType({}),
    proofs: Sequence[tuple[str, Trouble]] = (),
) -> list[Left]:
    """Everything that is left for a person, with ids that stay the same when lines move."""
    seen: defaultdict[str, int] = defaultdict(int)

    def identified(*parts: str) -> str:
        key = "\0".join(parts)
        seen[key] += 1
        return hashlib.sha256(f"{key}\0{seen[key]}".encode()).hexdigest()[:16]

    left = [
        Left(id=identified(o.code, o.path, o.symbol, o.argument), code=o.code, path=o.path, message=o.message,
             severity=o.severity.value, line=o.line, hint=o.hint)
        for o in source
    ]  # fmt: skip
    left += [
        Left(id=identified(REPO007.code, path), code=REPO007.code, path=path, message=f"not changed: {why}",
             severity=REPO007.severity.value)
        for path, why in sorted(errors.items())
    ]  # fmt: skip
    left += [
        Left(id=identified(trouble.code, path, trouble.symbol), code=trouble.code, path=path, message=trouble.message,
             severity=trouble.severity, line=trouble.line)
        for path, trouble in proofs
    ]  # fmt: skip
    left += [
        Left(id=identified(p.finding.code, p.path, p.finding.message), code=p.finding.code, path=p.path,
             message=p.finding.message, severity=p.finding.severity.value, line=p.line, hint=p.finding.hint)
        for p in joins
    ]  # fmt: skip
    for model in models:
        state = model.state
        if state.status not in (Status.MIGRATED, Status.SKIPPED):
            code = state.reasons[0] if state.reasons else "REP002"
            left.append(
                Left(id=identified(code, state.path), code=code, path=state.path, severity="error",
                     message=f"{state.status}: {', '.join(state.reasons) or 'no reason was recorded'}",
                     hint=f"keras-migrate inspect {state.path}")
            )  # fmt: skip
    left += [
        Left(id=identified(REPO004.code, test.name), code=REPO004.code, path=test.place.partition(":")[0] or test.name,
             message=f"{test.name} passed before and fails now: {test.message or test.after or 'not collected'}",
             severity=REPO004.severity.value, line=int(test.place.partition(":")[2] or 0))
        for test in tests
        if test.verdict is Verdict.BROKEN
    ]  # fmt: skip
    left += [
        Left(id=identified(REPO005.code, run.world), code=REPO005.code, path=run.command,
             severity=REPO005.severity.value, message=f"no results in the {run.world} world: " + _why_silent(run),
             hint="see tests.json in the output folder; --with and --install add packages, --timeout allows more "
             "time")
        for run in runs
        if not run.tests
    ]  # fmt: skip
    return left


def _why_silent(run: WorldRun) -> str:
    lines = run.output.strip().splitlines()
    return "it ran out of time" if run.status is None else lines[-1][:200] if lines else "it ran no tests"


def new_findings(known: State | None, present: Rewrite) -> tuple[list[Left], int]:
    """Findings of the source that a state does not know: code for Keras 2 that came in since.

    What the tool would rewrite counts as well: after a migration there is nothing of it. A state comes with the
    repository, and whoever writes to that can add to it. So a finding is known only by an entry that says which rule,
    which file and how bad, for everybody who reads the change of the state.

    Returns:
        What is not known, and how many findings are.
    """
    told = {_said(left) for left in known.left} if known else set()
    open_now = open_work(present.left, (), (), (), (), present.errors)
    found = [left for left in open_now if _said(left) not in told]
    count = len(open_now) - len(found)
    found += [
        Left(id=f"rewrite:{path}", code="CODE", path=path, message="keras-migrate code would change this file",
             severity="error", hint=f"keras-migrate code {path} --write")
        for path in sorted(present.final)
    ]  # fmt: skip
    return found, count


def _said(left: Left) -> tuple[str, ...]:
    return left.id, left.code, left.path, left.severity
