"""What the ledger of a running or finished batch says: for people, as JSON, and as Prometheus text."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.batch.ledger import FINISHED, Ledger
from migrate.batch.lock import STATE
from migrate.findings import MigrationError
from migrate.outcomes import deciding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.batch.ledger import Attempt, Row


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """A look at a ledger.

    Attributes:
        run: the latest run: pid, started, ended, jobs, planned, reason.
        alive: whether its process is there.
        states: artifacts by state: pending, started, finished.
        statuses: finished artifacts by status.
        reasons: finding code to how many artifacts that are not migrated have it, and the next step.
        running: source to seconds since its attempt began.
        broken: attempts that ended in no result, by cause.
        phases: seconds by step, over all attempts.
        peak_bytes: the largest that the workers of one attempt were together.
        rate: artifacts a second in the latest run.
    """

    run: dict[str, Any]
    alive: bool
    states: dict[str, int]
    statuses: dict[str, int]
    reasons: dict[str, tuple[int, str]]
    running: dict[str, float]
    broken: dict[str, int]
    phases: dict[str, float]
    peak_bytes: int
    rate: float


def look(out: Path) -> BatchStatus:
    """Read the ledger of an output folder, also while a batch writes it.

    Raises:
        MigrationError: RUN013 when there is none.
    """
    file = out / STATE / "ledger.sqlite"
    if not file.exists():
        raise MigrationError("RUN013", f"{out} contains no batch", "Pass the folder given to --out.")
    try:
        with contextlib.closing(Ledger(file, readonly=True)) as ledger:
            rows, attempts, run = ledger.rows(), ledger.attempts(), ledger.last_run() or {}
    except sqlite3.DatabaseError as error:
        raise MigrationError(
            "RUN013",
            f"the ledger in {out} cannot be read: {error}",
            "A batch that has just started has none yet; a damaged one is rebuilt by the next run.",
        ) from error
    finished = [row for row in rows.values() if row.state == FINISHED]  # others may hold an outdated result
    alive = bool(run) and run["ended"] is None and Path(f"/proc/{run['pid']}").exists()
    started = float(str(run.get("started") or 0.0))
    ended = float(str(run.get("ended") or time.time()))
    done = sum(1 for a in attempts if a.outcome not in ("", "broken") and a.started >= started)
    return BatchStatus(
        run=run,
        alive=alive,
        states=dict(Counter(row.state for row in rows.values())),
        statuses=dict(Counter(row.result.status.value for row in finished if row.result)),
        reasons=_reasons(finished),
        running=_running(attempts, rows) if alive else {},
        broken=dict(Counter(a.cause for a in attempts if a.outcome == "broken")),
        phases=_phases(attempts),
        peak_bytes=max((a.peak_bytes for a in attempts), default=0),
        rate=done / max(ended - started, 1e-9) if done else 0.0,
    )


def _reasons(rows: Sequence[Row]) -> dict[str, tuple[int, str]]:
    """Codes of what is not migrated, the most frequent first, each with the next step."""
    counts: Counter[str] = Counter()
    hints: dict[str, str] = {}
    for row in rows:
        if row.result is None or row.result.status.value in ("migrated", "skipped"):
            continue
        counts.update({finding.code for finding in deciding(row.result)})
        for finding in row.result.findings:
            if finding.hint:
                hints.setdefault(finding.code, finding.hint)
    return {
        code: (count, hints.get(code) or f"keras-migrate explain {code} says what it means.")
        for code, count in counts.most_common()
    }


def _running(attempts: Sequence[Attempt], rows: dict[str, Row]) -> dict[str, float]:
    open_ = {a.source: time.time() - a.started for a in attempts if not a.outcome}
    return {source: seconds for source, seconds in open_.items() if rows[source].state == "started"}


def _phases(attempts: Sequence[Attempt]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for attempt in attempts:
        for name, seconds in attempt.phases.items():
            total[name] += seconds
    return {name: round(seconds, 3) for name, seconds in total.items()}


def as_json(status: BatchStatus) -> dict[str, Any]:
    """The look as one JSON value, ``schema`` 1."""
    return {
        "schema": 1,
        "run": status.run,
        "alive": status.alive,
        "states": status.states,
        "statuses": status.statuses,
        "reasons": [{"code": c, "count": n, "hint": h} for c, (n, h) in status.reasons.items()],
        "running": {source: round(seconds, 1) for source, seconds in status.running.items()},
        "broken_attempts": status.broken,
        "phases": status.phases,
        "peak_bytes": status.peak_bytes,
        "rate": round(status.rate, 4),
    }


def as_metrics(status: BatchStatus) -> str:
    """The look as Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
    lines: list[str] = []

    def family(name: str, kind: str, help_: str, samples: dict[str, float], label: str = "") -> None:
        full = f"keras_migrate_{name}"
        lines.append(f"# HELP {full} {help_}")
        lines.append(f"# TYPE {full} {kind}")
        for value, number in sorted(samples.items()):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            tag = f'{{{label}="{escaped}"}}' if label else ""
            lines.append(f"{full}{tag} {float(number):.10g}")

    family("artifacts", "gauge", "Artifacts by state of work.", dict(status.states), "state")
    family("results", "gauge", "Finished artifacts by status.", dict(status.statuses), "status")
    family("reasons", "gauge", "Artifacts by reason.", {c: n for c, (n, _) in status.reasons.items()}, "code")
    family("broken_attempts_total", "counter", "Attempts without a result.", dict(status.broken), "cause")
    family("phase_seconds_total", "counter", "Seconds by step.", dict(status.phases), "phase")
    family("peak_bytes", "gauge", "Largest memory of one attempt.", {"": status.peak_bytes})
    family("up", "gauge", "Whether the batch is running.", {"": float(status.alive)})
    return "\n".join(lines) + "\n"
