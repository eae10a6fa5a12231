"""A baseline: findings that are known and put up with, so that only new ones fail a check.

A finding is known by its rule, its file and its normalised source line, not by its line number, and each
entry covers as many findings as it counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec

from codemods.outcome import Report
from codemods.runner import FileResult

_SPACE = re.compile(r"\s+")


class BaselineError(Exception):
    """A baseline file that cannot be used, and why."""


class Known(msgspec.Struct, frozen=True):
    """One kind of finding in one file, and how often it stood there."""

    path: str
    code: str
    source: str
    count: int


class Baseline(msgspec.Struct, frozen=True):
    """The file."""

    schema: int
    known: tuple[Known, ...]


def _key(path: str, report: Report) -> tuple[str, str, str]:
    return path, report.code, _SPACE.sub(" ", report.source)


def load(file: Path) -> Counter[tuple[str, str, str]]:
    """The counts of a baseline file. Raises `BaselineError`."""
    try:
        baseline = msgspec.json.decode(file.read_bytes(), type=Baseline)
    except (OSError, msgspec.MsgspecError) as error:
        raise BaselineError(f"{file}: {error}") from error
    return Counter({(item.path, item.code, item.source): item.count for item in baseline.known})


def save(file: Path, results: list[tuple[str, FileResult]]) -> int:
    """Write a baseline of everything that is left. Returns how many findings it covers."""
    counts = Counter(
        _key(path, report) for path, result in results for report in result.findings if not report.applied
    )
    known = tuple(Known(*key, count) for key, count in sorted(counts.items()))
    file.write_bytes(msgspec.json.format(msgspec.json.encode(Baseline(1, known)), indent=1) + b"\n")
    return sum(counts.values())


def without(path: str, result: FileResult, known: Counter[tuple[str, str, str]]) -> FileResult:
    """A result without the findings that the baseline covers; ``known`` is used up."""
    kept: list[Report] = []
    for report in result.findings:
        key = _key(path, report)
        if not report.applied and known[key] > 0:
            known[key] -= 1
        else:
            kept.append(report)
    return replace(result, findings=tuple(kept))
