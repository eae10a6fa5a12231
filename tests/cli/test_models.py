"""The command from the outside: tables, report, exit status, resuming."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "migrate" / "report" / "schema" / "models.json").read_text(encoding="utf-8"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_help_imports_no_framework_and_no_codemod_engine() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom migrate.cli.main import cli\n"
        "for arguments in (['--help'], ['models', '--help'], ['inspect', '--help']):\n"
        "    assert CliRunner().invoke(cli, arguments).exit_code == 0\n"
        "print([m for m in ('tensorflow', 'keras', 'tf_keras', 'libcst') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("models", "--out", "x"),
        ("models", "no/such/model.h5", "--out", "OUT"),
        ("models", "README.md", "--out", "OUT", "--to", "pickle"),
        ("models", "README.md", "--out", "OUT", "--architecture", "none.json"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*(str(tmp_path / "out") if a == "OUT" else a for a in arguments))
    assert result.returncode == 2, result.stderr
    assert result.stderr.strip()


def test_schema_is_what_the_records_say() -> None:
    subprocess.run([sys.executable, "scripts/schemas.py", "--check"], check=True, cwd=ROOT)


@pytest.mark.slow
def test_a_folder_is_migrated_once_and_reported(tmp_path: Path, legacy_models: Path) -> None:
    folder = tmp_path / "in"
    for case in ("mlp", "siamese", "lambda_bytecode"):
        shutil.copytree(legacy_models / "keras-2.2.4" / case, folder / case)
    out = tmp_path / "out"
    arguments = ("models", str(folder), "--out", str(out), "--jobs", "1", "--progress", "none")
    first = run(*arguments)
    assert first.returncode == 0, first.stderr
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, SCHEMA)
    assert report["summary"]["migrated"] == 3
    by_source = {artifact["source"]: artifact for artifact in report["artifacts"]}
    siamese = by_source["siamese/model.h5"]
    assert siamese["parity"]["evidence"] == "golden"
    assert siamese["parity"]["max_rel"] < 1e-5
    assert (out / siamese["outputs"]["keras"]).is_file()
    said = {f["code"]: f["message"] for f in by_source["lambda_bytecode/model.h5"]["findings"]}
    assert "x / 255.0 - 0.5" in said["CFG130"]
    written = (out / siamese["outputs"]["keras"]).stat().st_mtime_ns
    second = run(*arguments)
    assert second.returncode == 0
    assert (out / siamese["outputs"]["keras"]).stat().st_mtime_ns == written
    told = json.loads(run("report", str(tmp_path), "--json").stdout)
    assert {model["path"]: model["status"] for model in told["models"]} == {
        f"in/{source}": "migrated" for source in by_source
    }, "a report of the folder knows the run, and none of its outputs is a model to migrate"
