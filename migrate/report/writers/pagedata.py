"""The data for the script of the page: rows instead of objects, and each path and package stored once."""

from __future__ import annotations

from heapq import nlargest
from typing import Any

from migrate.findings import Severity
from migrate.report.compatibility.details import alike, signature_text, total_parameters
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.model_records import ModelUnit, Parity, Untouched
from migrate.report.compatibility.records import Report
from migrate.results import UntouchedOutcome

SAMPLE_BUDGET = 120_000
"""Points of all scatter plots together: 2,000 models get 60 each, one model gets all."""
LEAST_SAMPLES = 24
LEVELS = [level.value for level in Level]
SEVERITIES = [severity.value for severity in Severity]
EFFORTS = [effort.value for effort in Effort]


def index_rows(report: Report) -> dict[str, Any]:
    """The data for lists, filters and pictures of the whole; ``data.js`` names the columns."""
    packages = [package.name for package in report.packages]
    package_at = {name: i for i, name in enumerate(packages)}
    for entry in report.findings:
        package_at.setdefault(entry.package, len(package_at))
    packages = list(package_at)
    paths = [*(unit.path for unit in report.files), *(unit.path for unit in report.models)]
    path_at = {path: i for i, path in enumerate(paths)}
    reason_at = {reason.code: i for i, reason in enumerate(report.reasons)}
    fresh = set(report.comparison.new_ids) if report.comparison else set()
    return {
        "root": report.root,
        "created": report.created,
        "levels": LEVELS,
        "severities": SEVERITIES,
        "efforts": EFFORTS,
        "packages": packages,
        "reasons": [
            {
                "code": r.code,
                "severity": SEVERITIES.index(r.severity),
                "count": r.count,
                "open": r.open,
                "fired": r.fired,
                "name": r.name,
                "summary": r.summary,
                "why": r.why,
                "before": r.before,
                "after": r.after,
                "references": r.references,
            }
            for r in report.reasons
        ],
        "files": [
            [f.path, package_at[f.package], LEVELS.index(f.level), int(f.changed), f.error, f.entries]
            for f in report.files
        ],
        "models": [
            [
                m.path,
                package_at[m.package],
                LEVELS.index(m.level),
                m.status,
                m.format,
                m.parity.evidence if m.parity else "",
                m.parity.max_abs if m.parity else None,
                m.parity.max_rel if m.parity else None,
                m.entries,
            ]
            for m in report.models
        ],
        "findings": [
            [
                reason_at[e.code],
                SEVERITIES.index(e.severity),
                EFFORTS.index(e.effort),
                int(e.done) + 2 * int(e.applied) + 4 * int(e.id in fresh),
                path_at[e.path],
                package_at[e.package],
                e.line,
                e.message,
                e.hint,
                e.place,
                e.symbol,
                e.argument,
            ]
            for e in report.findings
        ],
        "links": [[x.kind, x.path, x.line, x.target, x.state, x.text] for x in report.links],
        "compared": report.comparison is not None,
    }


def detail_rows(report: Report) -> dict[str, Any]:
    """The data that only the page of one file or model needs."""
    compared = sum(1 for m in report.models if m.parity and m.parity.reference)
    keep = max(SAMPLE_BUDGET // max(compared, 1), LEAST_SAMPLES)
    return {
        "files": [[hunk.lines for hunk in unit.hunks] for unit in report.files],
        "models": [_model(unit, keep) for unit in report.models],
    }


def untouched_text(found: Untouched) -> str:
    """What stock Keras 3 did with the untouched file, in one line."""
    by = f" by {found.max_rel:.2g}" if found.outcome == UntouchedOutcome.DIFFERS and found.max_rel else ""
    return f"{found.outcome}{by}{f': {found.reason}' if found.reason else ''}"


def _model(unit: ModelUnit, keep: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sha256": unit.sha256,
        "written_by": unit.written_by,
        "outputs": unit.outputs,
        "rules": unit.rules,
        "needs": unit.needs,
        "training": unit.training,
        "untouched": untouched_text(unit.untouched) if unit.untouched else "",
        "seconds": unit.seconds,
        "layers": [[row.path, row.class_name, row.parameters, row.rules] for row in unit.layers],
        "parameters": total_parameters(unit.layers),
        "next": [unit.next.text, unit.next.command] if unit.next else None,
        "graph": _graph(unit),
        "fired": [[row.code, row.place, row.before, row.after] for row in unit.fired],
        "signatures": {side: signature_text(what) for side, what in alike(unit.signatures).items()},
        "parity": _parity(unit.parity, keep) if unit.parity else None,
    }
    return {name: value for name, value in found.items() if value}


def _graph(unit: ModelUnit) -> list[list[Any]]:
    """Rows of the picture; 0 stands for values that follow from the layers, the row before and the other side."""
    place = {row.path: i for i, row in enumerate(unit.layers)}
    rows = []
    for i, row in enumerate(unit.graph):
        at = place.get(row.path)
        known = unit.layers[at].class_name if at is not None else None
        rows.append(
            [
                row.path if at is None else at,
                0 if row.old == known else row.old,
                0 if row.new == row.old else row.new,
                0 if row.old_inputs == [i - 1] else row.old_inputs,
                0 if row.new_inputs == row.old_inputs else row.new_inputs,
            ]
        )
    return rows


def _parity(parity: Parity, keep: int) -> dict[str, Any]:
    points = thin(list(zip(parity.reference, parity.migrated, strict=True)), keep)
    # Seven digits are all that float32 holds; these numbers are a third of the bytes of a large page.
    short = [[float(f"{a:.7g}"), float(f"{b:.7g}")] for a, b in points]
    return {
        "evidence": parity.evidence,
        "covered": parity.covered,
        "uncovered": parity.uncovered,
        "assumptions": parity.assumptions,
        "cases": parity.cases,
        "max_abs": parity.max_abs,
        "max_rel": parity.max_rel,
        "tolerance": parity.tolerance,
        "first": parity.first_divergent_layer,
        "outputs": [
            [o.name, o.shape, o.dtype, o.max_abs, o.max_rel, o.cosine, o.argmax_agreement]
            for o in parity.outputs
        ],
        "layers": [[row.layer, row.max_abs, row.max_rel] for row in parity.layers],
        "points": short,
        "of": len(parity.reference),
    }


def thin(points: list[tuple[float, float]], keep: int) -> list[tuple[float, float]]:
    """At most ``keep`` points in their order: the quarter that differs most, and an even selection of the others.

    A picture without the worst points would look better than the model is.
    """
    if len(points) <= keep:
        return points
    apart = [abs(old - new) for old, new in points]
    worst = set(nlargest(keep // 4, range(len(points)), key=apart.__getitem__))
    others = [i for i in range(len(points)) if i not in worst]
    room = keep - len(worst)
    even = {others[i * len(others) // room] for i in range(room)}
    return [points[i] for i in sorted(worst | even)]
