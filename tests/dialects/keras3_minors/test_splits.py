"""Releases that cannot share an archive get one each, and no others do."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.registry import WEIGHT_RULES, archive_rules, state_rules
from migrate.dialects.keras3_minors.rewriting import write_for
from migrate.dialects.keras3_minors.splits import SPLITS, groups
from migrate.dialects.keras3_minors.versions import parse_readers

ENDS = {"input_layers": ["x", 0, 0], "output_layers": ["y", 0, 0]}
FUNCTIONAL: dict[str, Any] = {"class_name": "Functional", "config": {"name": "model", "layers": [], **ENDS}}
PLAIN: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "model", "layers": []}}
NESTED: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "outer", "layers": [FUNCTIONAL]}}
LSTM: dict[str, Any] = {
    "class_name": "LSTM",
    "config": {
        "recurrent_initializer": {"module": "keras.initializers", "class_name": "Orthogonal", "config": {}}
    },
}
RECURRENT: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "model", "layers": [LSTM]}}
NADAM: dict[str, Any] = {**PLAIN, "compile_config": {"optimizer": {"class_name": "Nadam", "config": {}}}}


def names(config: dict[str, Any], readers: str) -> dict[str, list[str]]:
    return {one.file: [r.name for r in one.readers] for one in groups(config, parse_readers(readers))}


@pytest.mark.parametrize(
    ("config", "readers", "expected"),
    [
        (PLAIN, "3.3,3.9,3.15", {"model.keras": ["3.3", "3.9", "3.15"]}),
        (FUNCTIONAL, "3.3,3.9,3.15", {"model.keras": ["3.9", "3.15"], "model-before-3.5.keras": ["3.3"]}),
        (NESTED, "3.3,3.15", {"model.keras": ["3.15"], "model-before-3.5.keras": ["3.3"]}),
        (FUNCTIONAL, "3.3,3.9", {"model.keras": ["3.3", "3.9"]}),
        (RECURRENT, "3.3,3.15", {"model.keras": ["3.3", "3.15"]}),
        (
            RECURRENT,
            "3.3,3.15,nightly",
            {"model.keras": ["3.15", "nightly"], "model-before-3.6.keras": ["3.3"]},
        ),
        (NADAM, "3.3,3.9,3.15", {"model.keras": ["3.15"], "model-before-3.10.keras": ["3.3", "3.9"]}),
        (
            {**FUNCTIONAL, "compile_config": NADAM["compile_config"]},
            "3.3,3.9,3.15",
            {"model.keras": ["3.15"], "model-before-3.10.keras": ["3.9"], "model-before-3.5.keras": ["3.3"]},
        ),
    ],
)
def test_readers_share_what_they_can(
    config: dict[str, Any], readers: str, expected: dict[str, list[str]]
) -> None:
    assert names(config, readers) == expected


def test_a_border_names_rules_that_there_are() -> None:
    known = {rule.rule.code for rule in archive_rules()} | {rule.rule.code for rule in state_rules()}
    known |= {rule.code for rule in WEIGHT_RULES}
    assert {code for split in SPLITS for code in split.rules} <= known


def test_each_archive_is_written_as_its_readers_need_it(tmp_path: Path) -> None:
    source = tmp_path / "given.keras"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("config.json", json.dumps(FUNCTIONAL))
    out = tmp_path / "out"
    out.mkdir()
    written = write_for(source, Version("3.15.1"), parse_readers("3.3,3.15"), out)
    ends = {}
    for one in written:
        with zipfile.ZipFile(one.path) as archive:
            ends[one.path.name] = json.loads(archive.read("config.json"))["config"]["output_layers"]
    assert ends == {"model.keras": ["y", 0, 0], "model-before-3.5.keras": [["y", 0, 0]]}
    assert [one.rules for one in written] == [[], ["RDR106"]]
