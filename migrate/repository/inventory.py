"""What a repository was written for, and what in it runs: read from its files, of which nothing is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.version import InvalidVersion, Version

from codemods.files.source import Source, SourceError
from codemods.rules._era import KERAS, releases
from migrate.report.compatibility.records import Report
from migrate.repository.joins.uses import Program

_TEST = re.compile(r"(?:test_\w*|\w*_test|conftest)\.py")
_RUNS = (ast.For, ast.While, ast.With)
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Runnable:
    """Files that run, relative to the repository: tests, programs and notebooks."""

    tests: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()


def runnable(root: Path, python: Sequence[str], notebooks: Sequence[str]) -> Runnable:
    """What a repository holds to run.

    A program does something when it is run as a file: it asks for ``__main__``, or calls at its outermost level.
    """
    tests = tuple(path for path in python if _TEST.fullmatch(PurePosixPath(path).name))
    others = (path for path in python if path not in tests and PurePosixPath(path).name != "setup.py")
    return Runnable(tests, tuple(path for path in others if _is_program(root / path)), tuple(notebooks))


def _is_program(path: Path) -> bool:
    try:
        body = Source.read(path).parse().body
    except (OSError, SourceError):
        return False
    return any(_runs(statement) for statement in body)


def _runs(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return "__main__" in ast.unparse(statement.test)
    return isinstance(statement, _RUNS) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    )


def runnable_lines(found: Runnable) -> Iterator[str]:
    """What runs, a kind a line."""
    for count, name, files in (
        (len(found.tests), "files of tests", found.tests),
        (len(found.programs), "programs", found.programs),
        (len(found.notebooks), "notebooks", found.notebooks),
    ):
        if files:
            more = f", and {count - _SHOWN} more" if count > _SHOWN else ""
            yield f"{count} {name}: {', '.join(files[:_SHOWN])}{more}"


def written_for(root: Path, report: Report, python: Sequence[str]) -> str:
    """The releases of Keras that a repository was written for; empty when models, pins and source leave it open."""
    models = _span(model.written_by.get("keras", "") for model in report.models)
    source = _by_source(root, list(python))
    parts = [f"Keras {models} by its models"] if models else []
    parts += [f"about Keras {source} by its pins and source"] if source else []
    return ", ".join(parts)


def _by_source(root: Path, files: list[str]) -> str:
    """The releases that all files with Keras may have been written for; empty when that is all of them, or none."""
    common = set(KERAS)
    for file in Program(root, files).files:
        if file.mentions("keras"):
            common &= set(releases(file.context, "keras"))
    return _span(map(str, common)) if len(common) < len(KERAS) else ""


def _span(texts: Iterable[str]) -> str:
    """``2.0.4 to 2.2.4``; what is no version is left out."""
    found: set[Version] = set()
    for text in texts:
        try:
            found.add(Version(text))
        except InvalidVersion:
            continue
    if not found:
        return ""
    least, most = min(found), max(found)
    return str(least) if least == most else f"{least} to {most}"
