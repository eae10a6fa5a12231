"""Calls in a graph do not say in which mode it was drawn."""

from __future__ import annotations

from packaging.version import Version

from migrate.dialects.keras3_minors.registry import rewrite
from migrate.dialects.keras3_minors.versions import DEFAULT, parse_readers

CALLS = [{"args": [1], "kwargs": {"training": True, "mask": None}}, {"args": [2], "kwargs": {}}]
FLIP = {"class_name": "RandomFlip", "config": {"name": "flip"}, "inbound_nodes": CALLS}
MODEL = {"class_name": "Functional", "config": {"name": "model", "layers": [FLIP]}}


def test_the_mode_goes_and_other_arguments_stay() -> None:
    made, fired = rewrite(MODEL, Version("3.15.1"), DEFAULT)
    assert fired == ["RDR101"]
    assert made["config"]["layers"][0]["inbound_nodes"] == [
        {"args": [1], "kwargs": {"mask": None}},
        {"args": [2], "kwargs": {}},
    ]


def test_what_a_later_release_wrote_is_meant() -> None:
    assert rewrite(MODEL, Version("3.16.0.dev2026102704"), DEFAULT) == (MODEL, [])


def test_a_second_time_changes_nothing() -> None:
    made, _ = rewrite(MODEL, Version("3.15.1"), parse_readers("all"))
    assert rewrite(made, Version("3.15.1"), parse_readers("all")) == (made, [])
