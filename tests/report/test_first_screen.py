"""What the first screen rests on: hours as a range, the next step of each model, the line over runs, tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from migrate.cli.report import report
from migrate.findings import Severity
from migrate.report.compatibility.compare import compare
from migrate.report.compatibility.hours import hours, in_words
from migrate.report.compatibility.levels import Effort, Level, Origin
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.records import Entry, Link
from migrate.report.compatibility.unblock import next_step
from migrate.report.writers import html, sarif
from migrate.report.writers.tables import NAMES, rows
from tests.report.conftest import joined
from tests.report.factory import code_report, models_report


def entry(code: str, effort: Effort, **more: Any) -> Entry:
    given: dict[str, Any] = {"origin": Origin.CODE, "severity": Severity.ERROR, "path": "a.py", **more}
    return Entry(id=code, code=code, effort=effort, message=code, package=".", **given)


def unit(status: str, path: str = "m.h5") -> ModelUnit:
    return ModelUnit(path=path, package=".", level=Level.BLOCKED, status=status)


def test_hours_are_a_range_and_nothing_for_what_the_tool_does() -> None:
    assert hours([entry("A", Effort.AUTOMATIC)], []) == (0, 0)
    one = hours([entry("A", Effort.MANUAL)], [])
    assert 0 < one[0] < one[1]
    alike = hours([entry("A", Effort.MANUAL)] * 6, [])
    apart = hours([entry(f"A{i}", Effort.MANUAL) for i in range(6)], [])
    assert one[1] < alike[1] < apart[1]


def test_hours_leave_out_what_is_done_and_what_asks_for_nothing() -> None:
    assert hours([entry("A", Effort.MANUAL, done=True)], []) == (0, 0)
    assert hours([entry("A", Effort.MANUAL, severity=Severity.INFO)], []) == (0, 0)


def test_a_stopped_model_counts_once() -> None:
    own = entry("CFG005", Effort.MANUAL, origin=Origin.MODEL, path="m.h5")
    assert hours([own], [unit("blocked")]) == hours([], [unit("blocked")])
    assert hours([], [unit("migrated")]) == (0, 0)


@pytest.mark.parametrize(
    ("span", "said"),
    [((0.0, 0.0), "0"), ((0.1, 0.6), "under 1"), ((2.2, 9.4), "2–9"), ((3.9, 4.2), "about 4")],
)
def test_hours_in_words(span: tuple[float, float], said: str) -> None:
    assert in_words(span) == said


def test_a_blocked_model_gets_the_file_of_its_class() -> None:
    link = Link(kind="defines", path="app/my layers.py", target="m.h5", state="linked", line=7, text="Pool")
    step = next_step(unit("blocked"), [entry("CFG005", Effort.MANUAL)], [link])
    assert step is not None
    assert step.command == "keras-migrate models m.h5 --out migrated --source 'app/my layers.py'"
    assert "Pool is defined at app/my layers.py:7" in step.text


@pytest.mark.parametrize("status", ["blocked", "unsafe"])
def test_the_order_of_work_has_the_command_of_a_blocked_model(status: str) -> None:
    models, _ = models_report(1)
    finding = {
        "code": "FMT004",
        "severity": "error",
        "message": "weights",
        "hint": "Give it with --source DIR.",
    }
    models["artifacts"][0] |= {"source": "w.h5", "status": status, "findings": [finding], "parity": None}
    made = joined(code_report(0, 0), models)
    page = html.write(made)
    command = "keras-migrate models w.h5 --out migrated --source ."
    assert [item.command for step in made.order for item in step.items] == [
        command if status == "blocked" else ""
    ]
    overview = page.partition('<h2 id="readiness">')[0]
    assert (f"<code>{command}</code>" in overview) == (status == "blocked")


@pytest.mark.parametrize(
    ("status", "hint", "command"),
    [
        ("blocked", "Give it with --architecture model.json.", "--architecture ARCHITECTURE.json"),
        ("blocked", "Give the shape with --input-shape.", "--input-shape 28,28,1"),
        ("unsafe", "--trust loads it anyway.", "--trust"),
        ("failed", "Raise the limit (--timeout).", "--timeout 3600"),
        ("failed", "Report it.", "keras-migrate explain X001"),
        ("planned", "", "keras-migrate models m.h5 --out migrated"),
    ],
)
def test_other_models_get_what_their_finding_asks_for(status: str, hint: str, command: str) -> None:
    step = next_step(unit(status), [entry("X001", Effort.MANUAL, hint=hint)], [])
    assert step is not None
    assert step.command.endswith(command)


def test_a_done_model_has_no_next_step() -> None:
    assert next_step(unit("migrated"), [], []) is None
    assert next_step(unit("skipped"), [], []) is None


def test_three_reports_make_a_line() -> None:
    models = {"schema": 1, "artifacts": []}
    made = [joined(code_report(size, 6), models) for size in (60, 40, 20)]
    told = msgspec.structs.replace(made[2], comparison=compare(made[1], made[2], made[:1]))
    assert told.comparison is not None
    assert [count for _, count in told.comparison.history] == [r.tally.open for r in made]
    assert "<polyline" in html.write(told)
    two = msgspec.structs.replace(made[2], comparison=compare(made[1], made[2]))
    assert "<polyline" not in html.write(two)


def test_sarif_rules_have_a_page_to_read() -> None:
    log = json.loads(sarif.write(joined(code_report(20, 3), *models_report(3))))
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert rules
    assert all(rule["helpUri"].startswith("https://") for rule in rules)


@pytest.mark.parametrize("name", NAMES)
def test_tables_have_every_row_in_both_formats(tmp_path: Path, name: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    code, run = tmp_path / "code.json", tmp_path / "run.json"
    code.write_text(json.dumps(code_report(30, 5)))
    run.write_text(json.dumps(models_report(6)[0]))
    arguments = ["--code", str(code), "--models", str(run), "-q"]
    files = [tmp_path / f"{name}.csv", tmp_path / f"{name}.parquet"]
    for file in files:
        result = CliRunner().invoke(report, [*arguments, "--table", str(file)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    made = rows(joined(code_report(30, 5), models_report(6)[0]), name)
    with files[0].open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(made) == parquet.read_table(files[1]).num_rows
    assert all(row["path"] for row in read)


def test_a_table_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    for name, said in (
        ("finding.csv", "did you mean findings?"),
        ("models.xlsx", "neither .csv nor .parquet"),
    ):
        result = CliRunner().invoke(report, ["--table", str(tmp_path / name)])
        assert result.exit_code == 2
        assert said in result.output


def test_a_cell_of_a_table_is_never_a_formula(tmp_path: Path) -> None:
    code = code_report(1, 1)
    code["files"][0]["findings"][0]["message"] = "=HYPERLINK(0)"
    file = tmp_path / "code.json"
    file.write_text(json.dumps(code))
    table = tmp_path / "findings.csv"
    CliRunner().invoke(report, ["--code", str(file), "--table", str(table)], catch_exceptions=False)
    assert "'=HYPERLINK" in table.read_text()
