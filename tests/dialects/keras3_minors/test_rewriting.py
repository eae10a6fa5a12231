"""The configuration inside an archive is rewritten, and nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.rewriting import make_portable


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
