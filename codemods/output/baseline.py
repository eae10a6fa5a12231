"""A baseline: known findings that are suppressed, so that only new ones fail a check.

A finding is known by its rule, its file and its normalised source line, not by its line number; where the line was
rewritten since, by the symbol and the argument that it is about. Each entry covers as many findings as it counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from codemods.outcome import CodeFinding
from codemods.renamed import today
from codemods.run.runner import FileResult

_SPACE = re.compile(r"\s+")


class BaselineError(Exception):
    """A baseline file that cannot be used, and why."""


class Known(msgspec.Struct, frozen=True):
    """One kind of finding in one file, and how often it stood there."""

    path: str
    code: str
    source: str
    count: int
    symbol: str = ""
    argument: str = ""


class Baseline(msgspec.Struct, frozen=True):
    """The file."""

    schema: int
    known: tuple[Known, ...]


@dataclass(slots=True)
class Left:
    """An entry, and how many findings it still covers."""

    entry: Known
    count: int


def load(file: Path) -> list[Left]:
    """The entries of a baseline file. Raises `BaselineError`."""
    try:
        baseline = msgspec.json.decode(file.read_bytes(), type=Baseline)
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        raise BaselineError(f"{file}: {error}") from error
    return [Left(msgspec.structs.replace(item, code=today(item.code)), item.count) for item in baseline.known]


def save(file: Path, results: list[tuple[str, FileResult]]) -> int:
    """Write a baseline of everything that is left. Returns how many findings it covers."""
    counts = Counter(
        (path, report.code, _line(report), report.symbol, report.argument)
        for path, result in results
        for report in result.findings
        if not report.applied
    )
    known = tuple(
        Known(path, code, source, count, symbol, argument)
        for (path, code, source, symbol, argument), count in sorted(counts.items())
    )
    file.write_bytes(msgspec.json.format(msgspec.json.encode(Baseline(1, known)), indent=1) + b"\n")
    return sum(counts.values())


def without(path: str, result: FileResult, known: list[Left]) -> FileResult:
    """A result without the findings that the baseline covers; ``known`` is used up."""
    kept: list[CodeFinding] = []
    for report in result.findings:
        left = None if report.applied else _entry(path, report, known)
        if left is None:
            kept.append(report)
        else:
            left.count -= 1
    return replace(result, findings=tuple(kept))


def _entry(path: str, report: CodeFinding, known: list[Left]) -> Left | None:
    """The entry that covers a finding: one of its line, else one of its symbol and argument."""
    near = [
        left
        for left in known
        if left.count > 0 and left.entry.path == path and left.entry.code == report.code
    ]
    same_line = (left for left in near if left.entry.source == _line(report))
    about = (report.symbol, report.argument)
    same_name = (left for left in near if any(about) and (left.entry.symbol, left.entry.argument) == about)
    return next(same_line, None) or next(same_name, None)


def _line(report: CodeFinding) -> str:
    return _SPACE.sub(" ", report.source)
