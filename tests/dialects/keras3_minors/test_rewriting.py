"""The configuration inside an archive is rewritten, and nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.rewriting import make_portable, write_for
from migrate.dialects.keras3_minors.versions import parse_readers


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def test_other_members_are_copied_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(layer("Dense", units=2, quantization_config=None)))
        archive.writestr("model.weights.h5", bytes(range(256)) * 9000)
    make_portable(path, Version("3.15.1"))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["config.json", "model.weights.h5"]
        assert json.loads(archive.read("config.json"))["config"] == {"units": 2}
        assert archive.read("model.weights.h5") == bytes(range(256)) * 9000
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


def test_the_state_of_an_optimizer_is_put_into_the_order_of_the_readers(tmp_path: Path) -> None:
    path, weights = tmp_path / "model.keras", tmp_path / "weights.h5"
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = np.ones(3)
        for number, value in enumerate(
            [7.0, 0.1, 0.5, [10.0], [20.0], [30.0], [40.0]]
        ):  # step, rate, product, momenta
            file[f"optimizer/vars/{number}"] = value
        file["optimizer/vars"].attrs["name"] = "nadam"
    optimizer = {"class_name": "Nadam", "config": {"use_ema": False}}
    with zipfile.ZipFile(path, "w") as archive:
        config = {"class_name": "Sequential", "config": {}, "compile_config": {"optimizer": optimizer}}
        archive.writestr("config.json", json.dumps(config))
        archive.write(weights, "model.weights.h5")
    weights.unlink()
    assert make_portable(path, Version("3.9.2"), parse_readers("3.12")) == ["RDR109"]
    assert make_portable(path, Version("3.9.2"), parse_readers("3.12")) == []
    with zipfile.ZipFile(path) as archive:
        archive.extract("model.weights.h5", tmp_path / "out")
    with h5py.File(tmp_path / "out" / "model.weights.h5") as file:
        state = file["optimizer/vars"]
        assert [float(state[str(n)][...].item()) for n in range(7)] == [7.0, 0.1, 10.0, 20.0, 30.0, 40.0, 0.5]
        assert sorted(state) == [str(n) for n in range(7)]
        assert state.attrs["name"] == "nadam"
        assert file["layers/dense/vars/0"][()].tolist() == [1.0, 1.0, 1.0]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.keras", "out"]


ARCHIVES = Path(__file__).parents[2] / "readers" / "archives"


@pytest.mark.parametrize("readers", ["3.3-,nightly", "3.9-", "3.9", "3.14-,nightly"])
@pytest.mark.parametrize(
    "path", sorted(ARCHIVES.glob("*/*.keras")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_what_was_rewritten_is_left_alone(path: Path, readers: str, tmp_path: Path) -> None:
    """It still says that its first Keras wrote it, and a second run must not do again what the first has done."""
    for number, first in enumerate(
        write_for(path, Version(path.parent.name), parse_readers(readers), tmp_path)
    ):
        (again := tmp_path / str(number)).mkdir()
        for second in write_for(first.path, Version(path.parent.name), first.readers, again):
            assert second.rules == []
            assert second.path.read_bytes() == first.path.read_bytes()
