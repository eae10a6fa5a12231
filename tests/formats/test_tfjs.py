"""TensorFlow.js layers models: what TensorFlow.js itself wrote, and manifests that mean harm."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.read import read
from migrate.formats.tfjs import shards_of
from migrate.inspection import inspect
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot
from tests.test_discovery import find

TEACHABLE = Path(__file__).parent / "javascript" / "teachable"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(TEACHABLE, tmp_path / "model")) / "model.json"


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    model = json.loads(path.read_text())
    change(model)
    path.write_text(json.dumps(model))
    return path


def group(model: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = model["weightsManifest"][0]
    return found


def test_a_model_that_javascript_saved() -> None:
    path = TEACHABLE / "model.json"
    assert identify(path).format is Format.TFJS_LAYERS
    artifact = read(path)
    assert [(entry.path, len(entry.arrays)) for entry in artifact.weights] == [("trunk", 7), ("head", 3)]
    assert artifact.parameters == (TEACHABLE / "weights.bin").stat().st_size / 4
    first = artifact.weights[0].arrays[0]
    values = np.fromfile(TEACHABLE / "weights.bin", "<f4")
    assert first.name == "conv1/kernel"
    assert np.array_equal(first.array, values[:108].reshape(3, 3, 3, 4))
    assert artifact.writer.keras_release == (2, 4)
    assert "tfjs-layers" in artifact.writer.evidence
    assert not read(path, values=False).sha256


def test_inspection_needs_no_architecture() -> None:
    found = inspect(TEACHABLE / "model.json")
    assert found.kind == "tfjs-layers-model"
    assert not [one for one in found.obstacles if one.severity == "error"]


def test_a_folder_of_it_is_one_artifact_with_its_parts() -> None:
    (found,) = find(TEACHABLE).values()
    assert found.format is Format.TFJS_LAYERS
    assert {part.name for part in found.parts} == {"model.json", "weights.bin"}
    assert found.size == sum((TEACHABLE / name).stat().st_size for name in ("model.json", "weights.bin"))


@pytest.mark.parametrize(
    ("packed", "dtype", "values", "expected"),
    [
        (
            {"dtype": "uint8", "scale": 0.5, "min": -1.0},
            "float32",
            np.array([0, 1, 255], "u1"),
            [-1.0, -0.5, 126.5],
        ),
        ({"dtype": "uint16", "scale": 1.0, "min": 2.0}, "int32", np.array([0, 1, 500], "<u2"), [2, 3, 502]),
        ({"dtype": "float16"}, "float32", np.array([0.5, -2, 65504], "<f2"), [0.5, -2.0, 65504.0]),
        (None, "float32", np.array([0.5, -2, 3], "<f4"), [0.5, -2.0, 3.0]),
    ],
)
def test_weights_are_split_and_unpacked(
    copied: Path,
    packed: dict[str, Any] | None,
    dtype: str,
    values: np.ndarray,
    expected: list[float],  # type: ignore[type-arg]
) -> None:
    """Two shards, cut inside of a value, are one sequence of bytes."""
    data = values.tobytes()
    (copied.parent / "a.bin").write_bytes(data[:1])
    (copied.parent / "b.bin").write_bytes(data[1:])
    spec = {"name": "head/x", "shape": [3], "dtype": dtype} | ({"quantization": packed} if packed else {})
    changed(copied, lambda m: m.update(weightsManifest=[{"paths": ["a.bin", "./b.bin"], "weights": [spec]}]))
    (array,) = [array for entry in read(copied).weights for array in entry.arrays]
    assert array.array.tolist() == expected
    assert array.array.dtype == np.dtype(dtype)


HOSTILE: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "a name above the folder": ("SEC006", lambda m: group(m).update(paths=["../weights.bin"])),
    "an absolute name": ("SEC006", lambda m: group(m).update(paths=["/etc/passwd"])),
    "a name of another system": ("SEC006", lambda m: group(m).update(paths=["..\\weights.bin"])),
    "an address": ("SEC006", lambda m: group(m).update(paths=["https://example.org/weights.bin"])),
    "no text": ("SEC006", lambda m: group(m).update(paths=[3])),
    "a file that is not there": ("FMT022", lambda m: group(m).update(paths=["other.bin"])),
    "a size without bytes": ("SEC004", lambda m: group(m)["weights"][0].update(shape=[1 << 20, 1 << 20])),
    "more than there is": ("FMT015", lambda m: group(m)["weights"][0].update(shape=[3, 3, 3, 5])),
    "a negative size": ("FMT015", lambda m: group(m)["weights"][0].update(shape=[-3, -3, 3, 4])),
    "a size that is true": ("FMT015", lambda m: group(m)["weights"][0].update(shape=[True])),
    "text": ("FMT040", lambda m: group(m)["weights"][0].update(dtype="string")),
    "a dtype of several": ("FMT015", lambda m: group(m)["weights"][0].update(dtype=["float32"])),
    "a scale beyond numbers": (
        "FMT015",
        lambda m: group(m)["weights"][0].update(quantization={"dtype": "uint8", "scale": 10**400, "min": 0}),
    ),
    "packed as several": ("FMT015", lambda m: group(m)["weights"][0].update(quantization={"dtype": {}})),
    "packed as nothing known": (
        "FMT015",
        lambda m: group(m)["weights"][0].update(quantization={"dtype": "uint4", "scale": 1, "min": 0}),
    ),
    "a scale of no number": (
        "FMT015",
        lambda m: group(m)["weights"][0].update(
            quantization={"dtype": "uint8", "scale": float("nan"), "min": 0}
        ),
    ),
    "a group of nothing": ("FMT015", lambda m: m.update(weightsManifest=[7])),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_manifests_that_mean_harm(copied: Path, kind: str) -> None:
    code, change = HOSTILE[kind]
    (copied.parent.parent / "weights.bin").write_bytes(b"outside")
    changed(copied, change)
    with pytest.raises(MigrationError) as caught:
        read(copied)
    assert caught.value.code == code
    assert [one.code for one in inspect(copied).obstacles] == [code]


def test_a_link_that_leaves_the_folder(copied: Path, tmp_path: Path) -> None:
    (copied.parent / "weights.bin").rename(tmp_path / "elsewhere.bin")
    (copied.parent / "weights.bin").symlink_to(tmp_path / "elsewhere.bin")
    with pytest.raises(MigrationError) as caught:
        shards_of(copied)
    assert caught.value.code == "SEC006"


def test_weights_elsewhere_leave_an_architecture(copied: Path) -> None:
    changed(copied, lambda m: m.pop("weightsManifest"))
    assert identify(copied).format is Format.ARCHITECTURE_JSON


@pytest.mark.slow
def test_a_model_that_javascript_saved_computes_what_javascript_computed(slot: Slot, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(TEACHABLE, tmp_path / "model")) / "model.json"
    recorded = json.loads((TEACHABLE / "recorded.json").read_text())
    x = np.array(recorded["input"], np.float32).reshape(2, 8, 8, 3)
    y = np.array(recorded["output"], np.float32).reshape(2, 2)
    np.savez(copied.with_name("model.golden.npz"), **{"inputs/0": x, "outputs/0": y})
    request = ArtifactRequest(copied, "model.json", tmp_path / "out", "teachable")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS})), slot)
    assert result.status == "migrated", result.findings
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert result.format == "tfjs-layers-model"
