"""``keras-migrate report`` from the outside: files, formats, status, what it imports."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate.cli.report import DEFAULT_OUT, report

from .factory import code_report, models_report, write_run

SOURCE = """\
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import load_model
from tensorflow.keras.optimizers import Adam

model = load_model("weights/missing.h5")
model.compile(Adam(lr=0.1), "mse")
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    (root / "app" / "train.py").write_text(SOURCE)
    (root / "app" / "plain.py").write_text("x = 1\n")
    (root / "requirements.txt").write_text("keras==2.2.4\n")
    return root


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    code = tmp_path / "code.json"
    code.write_text(json.dumps(code_report(40, 6)))
    return code, write_run(tmp_path / "out", *models_report(8))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(report, [str(a) for a in arguments], catch_exceptions=False)


def test_no_options_in_a_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    result = call(".")
    assert result.exit_code == 0, result.output
    page = (repository / DEFAULT_OUT).read_text()
    assert "app/train.py" in page
    assert "LNK002" in page
    assert "keras==2.2.4" in page
    assert DEFAULT_OUT in result.output
    again = call(".", "--format", "json")
    assert DEFAULT_OUT not in again.output, "the report is no part of the repository"


def test_findings_of_code_and_links_of_a_tree(repository: Path) -> None:
    found = json.loads(call(repository, "--format", "json").output)
    by_code = {entry["code"] for entry in found["findings"]}
    assert "LNK002" in by_code
    assert len(by_code) >= 3
    assert "app/train.py" in [f["path"] for f in found["files"] if f.get("changed")]
    assert any(hunk["lines"] for f in found["files"] for hunk in f.get("hunks", []))
    assert [pin["verdict"] for pin in found["pins"]] == ["legacy"]
    assert found["order"][0]["title"].startswith("Create an environment")


def test_one_path_below_a_root(repository: Path) -> None:
    found = json.loads(call(repository / "app" / "train.py", "--format", "json").output)
    assert [f["path"] for f in found["files"]] == ["train.py"]


def test_from_json_alone(inputs: tuple[Path, Path], tmp_path: Path) -> None:
    code, run = inputs
    outs = [tmp_path / name for name in ("r.html", "r.json", "r.md", "r.sarif", "r.xml")]
    result = call("--code", code, "--models", run, *(x for out in outs for x in ("--out", out)))
    assert result.exit_code == 0
    assert all(out.stat().st_size > 1000 for out in outs)
    found = json.loads(outs[1].read_text())
    assert len(found["models"]) == 8
    migrated = [m for m in found["models"] if m["status"] == "migrated"]
    assert all(
        m["layers"] and m["parity"]["outputs"] and len(m["parity"]["reference"]) == 512 for m in migrated
    )
    assert migrated[0]["training"]["optimizer"] == "mapped: decay became ExponentialDecay"
    assert not list(tmp_path.glob(".r.*")), "no temporary file stays"


def test_run_found_in_the_tree_is_used(repository: Path) -> None:
    models, details = models_report(3)
    digest = hashlib.sha256(b"").hexdigest()
    for artifact in models["artifacts"]:
        artifact |= {"status": "blocked", "outputs": {"keras": None}, "sha256": digest}
        (repository / artifact["source"]).parent.mkdir(parents=True, exist_ok=True)
        (repository / artifact["source"]).touch()
    first = models["artifacts"][0]
    first |= {"status": "migrated", "outputs": {"keras": "x/model.keras"}}
    told = {name: first[name] for name in ("source", "sha256", "status")}
    details[first["source"]] |= {"result": told, "files": {"model.keras": digest}}
    write_run(repository / "migrated", models, details)
    (repository / "migrated" / "x" / "model.keras").touch()
    found = json.loads(call(repository, "--format", "json").output)
    statuses = {m["path"]: m["status"] for m in found["models"]}
    assert statuses == {a["source"]: a["status"] for a in models["artifacts"]}


def test_burn_down(inputs: tuple[Path, Path], tmp_path: Path) -> None:
    code, run = inputs
    old = tmp_path / "old.json"
    call("--code", code, "--models", run, "--out", old, "-q")
    less = json.loads(code.read_text())
    dropped = next(f for f in less["files"] if f["findings"])["findings"].pop()
    for file in less["files"]:
        for finding in file["findings"]:
            finding["line"] += 7  # lines that moved are the same findings
    extra = dropped | {"code": "NEW001", "message": "new"}
    less["files"][0]["findings"].append(extra)
    code.write_text(json.dumps(less))
    found = json.loads(call("--code", code, "--models", run, "--compare", old, "--format", "json").output)
    comparison = found["comparison"]
    assert (comparison["resolved"], comparison["new"]) == (1, 1)
    assert comparison["open_now"] == comparison["open_before"] == comparison["remaining"] + 1
    assert comparison["resolved_entries"][0]["code"] == dropped["code"]


@pytest.mark.parametrize(("limit", "status"), [("silent", 0), ("error", 1), ("warning", 1), ("info", 1)])
def test_fail_on(limit: str, status: int, repository: Path, tmp_path: Path) -> None:
    result = call(repository, "--out", tmp_path / "r.html", "--fail-on", limit)
    assert result.exit_code == status


def test_fail_on_passes_when_all_is_done(tmp_path: Path) -> None:
    code = tmp_path / "code.json"
    data = code_report(20, 3)
    for file in data["files"]:
        for finding in file["findings"]:
            finding["applied"] = True
    code.write_text(json.dumps(data))
    assert call("--code", code, "--format", "markdown", "--fail-on", "silent").exit_code == 1, (
        "not yet written"
    )
    code.write_text(json.dumps(data | {"written": True}))
    assert call("--code", code, "--format", "markdown", "--fail-on", "info").exit_code == 0


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"schema": 2, "files": []}', '{"schema": 1, "files": [{"path": 3}]}']
)
def test_what_is_no_contract_is_wrong_usage(tmp_path: Path, text: str) -> None:
    code = tmp_path / "code.json"
    code.write_text(text)
    result = call("--code", code)
    assert result.exit_code == 2
    assert "REP001" in result.output


def test_unknown_suffix_is_wrong_usage(repository: Path, tmp_path: Path) -> None:
    assert call(repository, "--out", tmp_path / "report.doc").exit_code == 2


def test_source_tree_imports_neither_tensorflow_nor_keras(repository: Path) -> None:
    program = f"""
import sys
from click.testing import CliRunner
from migrate.cli.report import report
result = CliRunner().invoke(report, [{str(repository)!r}, "--out", {str(repository / "r.html")!r}])
assert result.exit_code == 0, result.output
heavy = {{"tensorflow", "keras", "tf_keras", "jax", "torch"}} & {{name.partition(".")[0] for name in sys.modules}}
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_help_imports_nothing_heavy() -> None:
    program = """
import sys
from click.testing import CliRunner
from migrate.cli.report import report
assert CliRunner().invoke(report, ["--help"]).exit_code == 0
assert not {"libcst", "jinja2", "h5py", "numpy", "tensorflow", "keras"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
