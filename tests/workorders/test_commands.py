"""``keras-migrate orders``, ``accept`` and ``prove`` as commands: how they end without running anybody's code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.main import cli

ORCHARD = Path(__file__).resolve().parent / "projects" / "orchard"


@pytest.fixture
def orchard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "orchard"
    shutil.copytree(ORCHARD, root)
    return root


def test_orders_follow_the_rewrite(orchard: Path) -> None:
    run = CliRunner().invoke
    early = run(cli, ["orders", str(orchard)])
    assert (early.exit_code, "ORD004" in early.stderr) == (2, True)
    assert run(cli, ["code", str(orchard), "--write", "--unsafe"]).exit_code == 1
    done = run(cli, ["orders", str(orchard), "--json"])
    assert done.exit_code == 1
    record = json.loads(done.stdout)
    assert [order["definition"] for order in record["orders"]] == [
        "RunningMean",
        "Weigher",
        "Reader",
        "Penalised",
        "Upright",
    ]
    assert record["hours"]["low"] < record["hours"]["high"]
    first = record["orders"][0]
    assert first["accept"] == "keras-migrate accept WO-1"
    assert "self.add_update(" in first["context"]
    page = (orchard / ".keras-migrate" / "orders" / "work-orders.md").read_text()
    assert page.count("\n## WO-") == 5
    unknown = run(cli, ["accept", "WO-6", str(orchard)])
    assert (unknown.exit_code, "ORD002" in unknown.stderr) == (2, True)


def test_sources_whose_past_nobody_knows_have_no_orders(orchard: Path) -> None:
    for file in orchard.glob("*.py"):
        file.write_text("import keras\n\n\nclass One(keras.layers.Layer):\n    pass\n")
    done = CliRunner().invoke(cli, ["orders", str(orchard)])
    assert (done.exit_code, "ORD005" in done.stderr) == (2, True)


def test_what_is_no_python_program_is_refused_before_anything_runs(orchard: Path) -> None:
    done = CliRunner().invoke(cli, ["prove", str(orchard), "--", "make", "all"])
    assert (done.exit_code, "PRV003" in done.stderr) == (2, True)
