"""Pickled classes of MLflow and BentoML are named, and never loaded."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from migrate.findings import Severity
from migrate.formats.pickled_classes import pickled_classes
from migrate.inspection import inspect
from tests.conftest import LEGACY_MODELS


class Fires:
    """A pickle that leaves a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize(
    ("model", "beside"),
    [
        ("data/model.h5", "data/custom_objects.cloudpickle"),  # MLflow
        ("data/model", "data/custom_objects.cloudpickle"),  # MLflow, save_format="tf"
        ("mymodel", "mymodel/custom_objects.pkl"),  # BentoML
    ],
)
def test_it_is_named_and_not_loaded(tmp_path: Path, model: str, beside: str) -> None:
    path = tmp_path / model
    path.parent.mkdir(exist_ok=True)
    if path.suffix:
        shutil.copyfile(LEGACY_MODELS / "tf.keras-2.8" / "merging" / "model.h5", path)
    else:
        shutil.copytree(LEGACY_MODELS / "tf.keras-2.8" / "registered-savedmodel" / "saved_model", path)
    marker = tmp_path / "fired"
    (tmp_path / beside).write_bytes(pickle.dumps(Fires(marker)))
    (found,) = pickled_classes(path)
    assert found.code == "FMT041"
    assert found.severity is Severity.WARNING
    assert Path(beside).name in found.message
    assert "FMT041" in [one.code for one in inspect(path).obstacles]
    assert not marker.exists()


def test_of_another_folder_it_is_not_the_models(tmp_path: Path) -> None:
    shutil.copyfile(LEGACY_MODELS / "tf.keras-2.8" / "merging" / "model.h5", tmp_path / "model.h5")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "custom_objects.pkl").write_bytes(b"")
    assert pickled_classes(tmp_path / "model.h5") == []
