"""Findings, models, files and links as tables for other programs: CSV, or Parquet with the extra ``table``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from migrate.extras import command_for
from migrate.findings import MigrationError
from migrate.report.compatibility.records import Report

FINDINGS = ("id", "origin", "code", "severity", "effort", "done", "path", "package", "line", "column", "symbol",
            "argument", "place", "message", "hint")  # fmt: skip
MODELS = ("path", "package", "level", "status", "format", "sha256", "seconds")
FILES = ("path", "package", "level", "changed", "error")
LINKS = ("kind", "path", "line", "target", "state", "text")
NAMES = ("findings", "models", "files", "links")
SUFFIXES = (".csv", ".parquet")


def rows(report: Report, name: str) -> list[dict[str, Any]]:
    """One table, a mapping of column to value for each row.

    Columns are those of the records; models also have ``evidence``, ``max_abs`` (in the units of their outputs),
    ``max_rel`` (relative) and ``covered`` (share of the weights).
    """
    if name == "models":
        return [
            {
                **_chosen(model, MODELS),
                "evidence": model.parity.evidence if model.parity else "",
                "max_abs": model.parity.max_abs if model.parity else None,
                "max_rel": model.parity.max_rel if model.parity else None,
                "covered": model.parity.covered if model.parity else None,
                "next": model.next.command if model.next else "",
            }
            for model in report.models
        ]
    if name == "files":
        return [{**_chosen(file, FILES), "findings": len(file.entries)} for file in report.files]
    if name == "links":
        return [_chosen(link, LINKS) for link in report.links]
    return [_chosen(entry, FINDINGS) for entry in report.findings]


def _chosen(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    values = ((name, getattr(record, name)) for name in names)
    return {name: str(value) if isinstance(value, str) else value for name, value in values}


def write_table(report: Report, name: str, path: Path) -> None:
    """Write one table; the suffix of the path gives the format.

    Raises:
        MigrationError: ``REP003`` for Parquet without the package that writes it.
    """
    found = rows(report, name)
    write_rows(found, list(found[0]) if found else ["path"], path)


def write_rows(found: Sequence[Mapping[str, Any]], columns: list[str], path: Path) -> None:
    """Write rows that all have these columns; the suffix of the path gives the format.

    Raises:
        MigrationError: ``REP003`` for Parquet without the package that writes it.
    """
    if path.suffix == ".parquet":
        if find_spec("pyarrow") is None:
            raise MigrationError(
                "REP003", f"{path.name} needs pyarrow", f"{command_for('table')}, or write CSV."
            )
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in found]), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in found)


def _harmless(value: Any) -> Any:
    """Escape a text that a spreadsheet would take for a formula: names in files are chosen by their authors."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )
