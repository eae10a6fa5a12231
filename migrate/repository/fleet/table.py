"""Every occurrence of a fleet as one table: what was done, what is left, how each test, model and definition ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from migrate.findings import Status
from migrate.report.writers.tables import write_rows
from migrate.repository.fleet.records import MemberResult

COLUMNS = (
    "repository", "kind", "status", "effort", "code", "severity", "path", "line", "count", "hours_low", "hours_high",
    "message",
)  # fmt: skip
TABLES = ("fleet.csv", "fleet.parquet")
_NONE: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {
    "line": 0,
    "count": 1,
    "hours_low": 0.0,
    "hours_high": 0.0,
}


def rows(results: Sequence[MemberResult]) -> list[dict[str, Any]]:
    """One mapping of column to value for each occurrence.

    ``kind`` is ``repository`` (one row each; ``status`` is its exit status), ``model``, ``change`` (the places of a
    rule, ``count`` of them), ``test``, ``left`` (a finding for a person) or ``order``. Hours are those of the work
    orders, which hold the findings of the source, so that a sum counts nothing twice.
    """
    return [_NONE | {"repository": result.name} | row for result in results for row in _of(result)]


def _of(result: MemberResult) -> Iterator[dict[str, Any]]:
    yield {"kind": "repository", "status": str(result.status), "path": result.path, "message": result.error}
    state = result.state
    if state is None:
        return
    for model in state.models:
        done = model.status in {Status.MIGRATED, Status.SKIPPED}
        yield {
            "kind": "model", "status": model.status, "effort": "automatic" if done else "manual", "path": model.path,
            "code": " ".join(model.reasons), "message": model.new,
        }  # fmt: skip
    for change in state.changes:
        yield {
            "kind": "change", "status": "done", "effort": "automatic", "code": change.code, "count": change.count,
            "path": " ".join(change.files), "message": change.title,
        }  # fmt: skip
    for test in state.tests:
        path, _, line = test.place.partition(":")
        yield {
            "kind": "test", "status": test.verdict.value, "path": path, "line": int(line or 0),
            "message": f"{test.name} {test.message}".strip(),
        }  # fmt: skip
    for left in state.left:
        yield {
            "kind": "left", "status": "left", "effort": "manual", "code": left.code, "severity": left.severity,
            "path": left.path, "line": left.line, "message": left.message,
        }  # fmt: skip
    for order in result.orders.orders if result.orders is not None else ():
        yield {
            "kind": "order", "status": "done" if order.done else "left", "effort": "manual", "path": order.file,
            "code": " ".join(dict.fromkeys(trouble.code for trouble in order.troubles)), "line": order.line,
            "hours_low": order.hours.low, "hours_high": order.hours.high, "message": f"{order.id} {order.title}",
        }  # fmt: skip


def write_tables(results: Sequence[MemberResult], out: Path, names: Sequence[str] = TABLES) -> list[Path]:
    """Write the table in each of its forms.

    Raises:
        MigrationError: ``REP003`` for Parquet without the package that writes it.
    """
    found = rows(results)
    for name in names:
        write_rows(found, list(COLUMNS), out / name)
    return [out / name for name in names]
