"""A fleet: its list, what is run again and what is not, its table and its page."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.fleet import options_again
from migrate.cli.main import cli
from migrate.findings import MigrationError
from migrate.repository.fleet.executors import Ended, Task, ask, local
from migrate.repository.fleet.members import read_members
from migrate.repository.fleet.page import page_of
from migrate.repository.fleet.run import run_fleet
from migrate.repository.fleet.table import COLUMNS, rows, write_tables
from migrate.repository.records import SCHEMA_VERSION, CaseVerdict, Change, Left, ModelState, State, Verdict
from migrate.repository.state import encode

STATE = State(
    schema=SCHEMA_VERSION,
    tool="1",
    models=[
        ModelState(path="a.h5", sha256="0", status="migrated", new="a.keras"),
        ModelState(path="b.h5", sha256="1", status="blocked", reasons=["FMT004"]),
    ],
    changes=[
        Change(code="IMP001", title="The name is imported from another package.", count=3, files=["net.py"])
    ],
    left=[
        Left(id="1", code="BKD003", path="net.py", message="K.gradients is <gone>", severity="error", line=7)
    ],
    tests=[CaseVerdict(name="test_it", verdict=Verdict.BROKEN, place="test_net.py:4", message="=1+1")],
)


class Recorded:
    """An executor that answers what it was told, and notes what it was asked."""

    def __init__(self, *answers: Ended) -> None:
        self.answers, self.asked = list(answers), list[Task]()

    def __call__(self, tasks: Sequence[Task], end: Callable[[str, Ended], None]) -> None:
        for task in tasks:
            self.asked.append(task)
            end(task.name, self.answers.pop(0))


def done(status: int = 1) -> Ended:
    return Ended(status, encode(STATE).decode(), "", 2.0)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    for name in ("one", "two/one", "three"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "net.py").write_text("from keras.layers import Dense\n")
    file = tmp_path / "repos.txt"
    file.write_text('# a fleet\none\n\ntwo/one --test "pytest -q"  # with tests\nthree --with pandas\n')
    return file


def test_each_line_is_a_repository_with_its_options(listed: Path) -> None:
    members = read_members(listed)
    assert [(member.name, member.options) for member in members] == [
        ("one", ()),
        ("one-2", ("--test", "pytest -q")),
        ("three", ("--with", "pandas")),
    ]


@pytest.mark.parametrize("line", ["nowhere", "one\none", 'one --test "pytest'])
def test_a_line_that_makes_no_sense_is_told(line: str, listed: Path) -> None:
    listed.write_text(line + "\n")
    with pytest.raises(MigrationError) as raised:
        read_members(listed)
    assert raised.value.code == "REPO008"


def test_what_is_done_is_not_done_again(listed: Path, tmp_path: Path) -> None:
    members, out = read_members(listed), tmp_path / "out"
    broken = Ended(2, "", "keras-migrate: REPO001: it has uncommitted changes", 0.5)
    first = Recorded(done(), broken, done(0))
    results = run_fleet(members, out, ["--source", "."], first)
    assert [(r.name, r.status, r.error[:22]) for r in results] == [
        ("one", 1, ""),
        ("one-2", 2, "keras-migrate: REPO001"),
        ("three", 0, ""),
    ]
    assert [task.folder for task in first.asked] == [str(member.root) for member in members]
    assert all("--source" in task.command for task in first.asked)
    again = Recorded(done())
    assert [r.status for r in run_fleet(members, out, ["--source", "."], again)] == [1, 1, 0]
    assert [task.name for task in again.asked] == ["one-2"]


def test_another_content_or_other_options_are_done_again(listed: Path, tmp_path: Path) -> None:
    members, out = read_members(listed)[:1], tmp_path / "out"
    run_fleet(members, out, [], Recorded(done()))
    (members[0].root / "net.py").write_text("import keras\n\n")
    for options in ([], ["--prove"]):
        asked = Recorded(done())
        run_fleet(members, out, options, asked)
        assert len(asked.asked) == 1


def test_a_command_that_says_nothing_useful_is_an_error(listed: Path, tmp_path: Path) -> None:
    result = run_fleet(read_members(listed)[:1], tmp_path / "out", [], Recorded(Ended(0, "{}", "", 1.0)))[0]
    assert (result.status, result.state) == (3, None)
    assert result.error


def test_the_table_has_a_row_for_each_occurrence(listed: Path, tmp_path: Path) -> None:
    results = run_fleet(read_members(listed)[:1], tmp_path / "out", [], Recorded(done()))
    found = rows(results)
    assert [(row["kind"], row["status"], row["code"], row["line"]) for row in found] == [
        ("repository", "1", "", 0),
        ("model", "migrated", "", 0),
        ("model", "blocked", "FMT004", 0),
        ("change", "done", "IMP001", 0),
        ("test", "broken", "", 4),
        ("left", "left", "BKD003", 7),
    ]
    assert all(list(row) == list(COLUMNS) for row in found)
    names = ["fleet.csv"]
    if find_spec("pyarrow") is not None:
        names.append("fleet.parquet")
    write_tables(results, tmp_path / "out", names)
    with (tmp_path / "out" / "fleet.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["message"] for row in read][4] == "test_it =1+1"
    if len(names) > 1:
        from pyarrow import parquet

        assert parquet.read_table(tmp_path / "out" / "fleet.parquet").to_pylist() == found


def test_the_page_escapes_what_it_tells(listed: Path, tmp_path: Path) -> None:
    broken = Ended(2, "", "<b>no</b>", 0.5)
    page = page_of(run_fleet(read_members(listed)[:2], tmp_path / "out", [], Recorded(done(), broken)))
    HTMLParser().feed(page)
    assert "1 of 2 came to their end; 1 of 2 models migrated and equal" in " ".join(page.split())
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<b>no" not in page
    assert "http" not in page.partition("<style>")[2]


def test_options_are_given_again_as_they_were() -> None:
    chosen = {"source": (Path("."),), "stock_names": (), "test": "pytest -q", "commit": True, "prove": False}
    names = {"test": "--test", "commit": "--commit", "prove": "--prove"}
    assert options_again(chosen, names) == ["--source", ".", "--test", "pytest -q", "--commit"]


def test_a_repository_imports_nothing_of_its_own_into_the_command(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('hostile')\n")
    task = Task("x", str(tmp_path), (sys.executable, "-P", "-m", "keras_migrate", "--version"))
    assert ask(task).status == 0


def test_an_interrupt_ends_what_runs(tmp_path: Path) -> None:
    sleep = (sys.executable, "-c", "import time; time.sleep(600)")
    quick = (sys.executable, "-c", "pass")

    def end(name: str, ended: Ended) -> None:
        del name, ended
        raise KeyboardInterrupt

    tasks = [
        Task("a", str(tmp_path), quick),
        Task("b", str(tmp_path), sleep),
        Task("c", str(tmp_path), sleep),
    ]
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        local(2)(tasks, end)
    assert time.monotonic() - started < 500


def test_two_repositories_without_models(listed: Path, tmp_path: Path) -> None:
    listed.write_text("one\nthree\n")
    arguments = ["repo", "--fleet", str(listed), "--out", str(tmp_path / "out"), "--json"]
    first = CliRunner().invoke(cli, arguments)
    assert first.exit_code == 0, first.stderr
    assert [result["status"] for result in json.loads(first.stdout)] == [0, 0]
    assert (tmp_path / "out" / "fleet.html").is_file()
    assert (tmp_path / "out" / "one" / "work-orders.json").is_file()
    assert CliRunner().invoke(cli, arguments).stderr.count("done before") == 2
