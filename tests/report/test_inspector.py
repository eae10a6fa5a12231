"""Artifacts are looked at in a process that may die."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import pytest

from migrate.report.compatibility import looker
from migrate.report.compatibility.gather import Looked
from migrate.report.compatibility.inspector import ContentInspector
from migrate.report.compatibility.looker import Looker

MODELS = Path(__file__).parents[2] / "legacy_models"


PARSER = """
import os, signal, sys
from migrate.report.compatibility import looker

def look(path):
    if path.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    if path.name == "slow":
        signal.pause()
    if path.name == "odd":
        raise RuntimeError("odd file")
    print("a library speaks")
    return path.name

looker._LOOKS["inspect"] = look
looker.main()
"""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Looker:
    monkeypatch.setattr(looker, "PATIENCE", 20.0)
    return Looker((sys.executable, "-c", PARSER))


def test_file_that_kills_its_parser_costs_only_itself(patient: Looker) -> None:
    with patient:
        answers = list(patient.ask("inspect", [Path(name) for name in ("a", "deadly", "odd", "b")]))
    assert [bytes(answer.found) for answer in answers] == [b'"a"', b"null", b"null", b'"b"']
    assert [answer.code for answer in answers] == ["", "REP002", "REP002", ""]
    assert "ends the process" in answers[1].reason
    assert answers[2].reason == "RuntimeError: odd file"


def test_file_that_never_ends_is_given_up(patient: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    with patient:
        assert [answer.code for answer in patient.ask("inspect", [Path("a")])] == [""]
        monkeypatch.setattr(looker, "PATIENCE", 0.3)
        slow = next(patient.ask("inspect", [Path("slow")]))
    assert slow.reason == "reading it takes more than 0.3 s"


def test_damaged_file_is_blocked_or_skipped_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40))
    found = list(ContentInspector().look(tmp_path, ["cut.h5"]))
    assert isinstance(found[0], Looked)
    assert found[0].artifact.status in {"blocked", "skipped"}
    assert found[0].artifact.findings


def test_weights_alone_are_blocked_and_name_what_they_need(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.hdf5", "w") as file:
        file.attrs["layer_names"] = [b"dense_1"]
        group = file.create_group("dense_1")
        group.attrs["weight_names"] = [b"dense_1/kernel:0"]
        group.create_dataset("dense_1/kernel:0", data=[[1.0]])
    assert ContentInspector().find(tmp_path, []) == ["w.hdf5"]
    looked = next(iter(ContentInspector().look(tmp_path, ["w.hdf5"])))
    assert isinstance(looked, Looked)
    assert looked.artifact.status == "blocked"
    assert looked.artifact.findings[0].hint


@pytest.mark.skipif(not MODELS.is_dir(), reason="legacy_models is not here")
def test_authentic_models_are_found_and_described() -> None:
    folder = MODELS / "keras-2.2.4"
    if not folder.is_dir():
        pytest.skip("no models of Keras 2.2.4")
    names = ContentInspector().find(folder, [])[:6]
    assert names
    for looked in ContentInspector().look(folder, names):
        assert isinstance(looked, Looked)
        assert looked.artifact.status in {"planned", "blocked", "skipped"}
        assert looked.detail["layers"]
