"""``keras-migrate inspect`` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.inspect import inspect
from tests.formats import protos
from tests.formats.makers import write_hdf5_model, write_hdf5_weights


def test_text_and_status(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, [str(write_hdf5_model(tmp_path / "m.h5"))])
    assert result.exit_code == 0
    for expected in ("hdf5-model", "Keras 2.2.4", "Dense", "kernel:0 (3, 2)", "No blockers found"):
        assert expected in result.output


def test_an_obstacle_gives_status_1_and_a_next_step(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, [str(write_hdf5_weights(tmp_path / "w.h5"))])
    assert result.exit_code == 1
    assert "FMT004" in result.output
    assert "--architecture" in result.output


def test_json_is_one_object(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, ["--json", str(protos.saved_model(tmp_path / "m"))])
    record = json.loads(result.output)
    assert record["kind"] == "saved-model"
    assert record["meta_graphs"][0]["signatures"][0]["inputs"] == [
        {"name": "in", "shape": [None, 3], "dtype": "float32"}
    ]


def test_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, [str(tmp_path / "nothing")])
    assert result.exit_code == 2
    assert "cannot read" in result.output


def test_markup_in_names_is_shown_as_it_is(tmp_path: Path) -> None:
    path = write_hdf5_model(tmp_path / "[red]m.h5")
    output = CliRunner().invoke(inspect, [str(path)]).output
    assert "[red]m.h5" in output


def test_a_long_path_stays_whole_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = write_hdf5_model(tmp_path / ("epoch-" * 40 + ".h5"))
    assert str(path) in CliRunner().invoke(inspect, [str(path)]).output


def test_no_framework_is_imported(tmp_path: Path) -> None:
    paths = [str(write_hdf5_model(tmp_path / "m.h5")), str(protos.saved_model(tmp_path / "s"))]
    code = (
        "import sys\nfrom migrate.cli.main import cli\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n        cli(['inspect', '--json', path])\n    except SystemExit:\n        pass\n"
        "bad = {'tensorflow', 'keras', 'tf_keras', 'jax', 'torch'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
