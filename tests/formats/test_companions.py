"""Files that go together or do not: weights near an architecture, an architecture that nothing asks for."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from migrate.findings import Severity
from migrate.formats.artifact import Format
from migrate.formats.companions import _with_weights, lone_architecture, unused_architecture


def test_weights_near_an_architecture_make_its_finding_a_warning(tmp_path: Path) -> None:
    architecture = tmp_path / "net.json"
    architecture.write_text("{}")
    assert lone_architecture(architecture).severity is Severity.INFO
    (tmp_path / "epoch_3.h5").touch()
    found = lone_architecture(architecture)
    assert found.severity is Severity.WARNING
    assert "epoch_3.h5" in found.message
    assert f"models {tmp_path}/epoch_3.h5 --architecture {architecture}" in found.hint


@pytest.mark.parametrize("form", [Format.HDF5_MODEL, Format.KERAS_ARCHIVE, Format.ARCHITECTURE_JSON])
def test_an_architecture_beside_a_whole_model_is_said_to_be_unused(form: Format) -> None:
    [found] = unused_architecture(form, "other.json")
    assert (found.code, found.severity) == ("FMT029", Severity.WARNING)
    assert "--architecture other.json" in found.message


@pytest.mark.parametrize("form", [Format.HDF5_WEIGHTS, Format.CHECKPOINT, Format.SAVED_MODEL])
def test_what_takes_an_architecture_is_told_nothing(form: Format) -> None:
    assert unused_architecture(form, "other.json") == []
    assert unused_architecture(Format.HDF5_MODEL, None) == []


def test_an_architecture_is_told_to_be_migrated_with_its_weights(tmp_path: Path) -> None:
    """As a command that can be typed: with whole paths, and weights that are named where there is one file of them."""
    architecture, weights = tmp_path / "a net.json", tmp_path / "net[1].h5"
    for near, expected in (([weights], str(weights)), ([], "WEIGHTS"), ([weights, weights], "WEIGHTS")):
        words = shlex.split(_with_weights(architecture, near).partition(": ")[2])
        assert words == [
            "keras-migrate",
            "models",
            expected,
            "--architecture",
            str(architecture),
            "--out",
            "OUT",
        ]
