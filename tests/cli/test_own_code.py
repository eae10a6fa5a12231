"""``keras-migrate explain FOLDER`` shows the author's code before and after, and how its layers compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from migrate.cli.rules import explain

REWRITTEN = {"before": "class Gate:\n    K.dot", "after": "class Gate:\n    ops.matmul"}
RECORD: dict[str, Any] = {
    "own_code": {"names": {"Gate": "src/gate.py:3", "loss": "src/loss.py:1"}, "left": ["4: by hand"]},
    "layer_parity": [{"layer": "gate_1", "max_abs": 1.25e-07, "max_rel": 2e-07}],
    "rules": [
        {
            "code": "CFG055",
            "place": "gate_1",
            "before": "class Gate:\n    K.dot",
            "after": "class Gate:\n    ops.matmul",
        },
        {
            "code": "CFG055",
            "place": "gate_2",
            "before": "class Gate:\n    K.dot",
            "after": "class Gate:\n    ops.matmul",
        },
        {"code": "CFG055", "place": "", "before": "def loss(): ...", "after": "def loss(): ..."},
        {"code": "CFG130", "place": "gate_1", "before": {}, "after": {}},
    ],
}


def run(folder: Path, record: object) -> str:
    (folder / "migration.json").write_text(json.dumps(record))
    return CliRunner().invoke(explain, [str(folder)], catch_exceptions=False).output


def test_before_and_after_with_the_error_of_each_layer(tmp_path: Path) -> None:
    text = run(tmp_path, RECORD)
    assert "Gate: src/gate.py:3" in text
    assert text.count("-    K.dot") == text.count("+    ops.matmul") == 1, "alike layers share one diff"
    assert "layer gate_1: largest difference 1.2e-07, relative 2.0e-07" in text
    assert "layer gate_2: not compared by itself" in text
    assert "unchanged: def loss(): ..." in text
    assert "4: by hand" in text


def test_a_cell_is_compared_as_part_of_the_layer_around_it(tmp_path: Path) -> None:
    fired = {**RECORD["rules"][0], "place": "gate_1/cell"}
    text = run(tmp_path, {**RECORD, "rules": [fired]})
    assert (
        "layer gate_1/cell: compared as part of gate_1: largest difference 1.2e-07, relative 2.0e-07" in text
    )


def test_a_model_without_code_says_so(tmp_path: Path) -> None:
    assert "needs none of" in run(tmp_path, {"own_code": {}, "rules": []})
