"""Run every source rule over a tree without writing, and keep the diffs for the pages of the files."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from codemods.config import ConfigError, detect_version, settings
from codemods.files.discovery import Wanted, discover
from codemods.files.source import concerns
from codemods.options import NEWEST, Options
from codemods.rules.api import Backend, Target
from codemods.run.runner import FileResult, run
from migrate.findings import MigrationError
from migrate.printable import printable
from migrate.report.compatibility.contracts import CodeFile, CodeReport

MAX_JOBS = 4


def scan(root: Path, only: Sequence[str]) -> CodeReport:
    """What ``keras-migrate code`` would report for a tree, or for the parts of it that ``only`` names.

    Files that have nothing to do with Keras are left out.

    Raises:
        MigrationError: ``REP001`` if ``[tool.keras-migrate]`` of the tree is invalid.
    """
    try:
        asked = settings(root)
    except ConfigError as error:
        raise MigrationError("REP001", str(error)) from error
    options = Options(
        target=asked.target or Target.KERAS,
        version=asked.version or detect_version(root) or NEWEST,
        select=asked.select,
        ignore=asked.ignore,
        unsafe=asked.unsafe,
        ported=asked.ported,
        backend=asked.backend or Backend.TENSORFLOW,
    )
    starts = [root / part for part in only] or [root]
    files = discover(starts, Wanted(documents=asked.docs, exclude=asked.exclude))
    jobs = min(os.cpu_count() or 1, MAX_JOBS)
    results = run(files, options, jobs)
    return CodeReport(schema=1, files=[_file(result, root) for result in results if _matters(result)])


def _matters(result: FileResult) -> bool:
    """Whether a file is related to Keras; one that is ready already counts, and its text was not kept."""
    return bool(result.findings or result.error) or concerns(result.old or result.path.read_bytes())


def _file(result: FileResult, root: Path) -> CodeFile:
    path = printable(result.path.relative_to(root).as_posix())
    return CodeFile(
        path=path,
        changed=result.new is not None,
        error=result.error,
        findings=list(result.findings),
        diff=_diff(result) if result.new is not None and result.path.suffix != ".ipynb" else None,
    )


def _diff(result: FileResult) -> str:
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (result.old, result.new or b""))
    return "\n".join(difflib.unified_diff(old, new, lineterm="", n=2))
