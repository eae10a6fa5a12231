"""``keras-migrate check``: its matrix in words, and what it refuses."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from migrate.cli.check import matrix_table
from migrate.cli.main import cli
from migrate.report.writers.readers import reasons
from migrate.results import CheckedArchive, ReaderOutcome, Reading

DIFFERENT = Reading("3.15", "3.15.1", "jax", ReaderOutcome.DIFFERS, 0.25, "differs by 0.3")
CHECKED = [
    CheckedArchive(
        "a.keras", "3.9.2", "recorded", [Reading("3.9", "3.9.2", "jax", ReaderOutcome.EQUAL, 0.0), DIFFERENT]
    ),
    CheckedArchive("b.keras", "", "RDR005: no archive", []),
]


def test_the_matrix_has_a_column_for_each_reader() -> None:
    console = Console(file=StringIO(), width=200)
    console.print(matrix_table(CHECKED))
    text = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert text[0].split() == ["archive", "written", "by", "3.9", "3.15"]
    assert text[1].split() == ["a.keras", "3.9.2", "equal", "differs", "2e-01"]
    assert text[2].split() == ["b.keras", "refused"]


def test_each_reason_is_told_once() -> None:
    assert reasons(CHECKED) == [
        "a.keras in 3.15 loads and differs: differs by 0.3",
        "b.keras: RDR005: no archive",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--readers", "2.15"], "RDR001"),
        (["--backends", "theano"], "known: jax"),
        ([], "RUN013"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert told in result.output
