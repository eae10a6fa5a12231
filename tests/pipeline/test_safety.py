"""The gate before loading: what is unsafe and what could not be examined, of every file that would be read."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import MigrationError, Severity, Status
from migrate.inspection import expected, inspect
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.safety import must_be_safe, must_write_safely
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS
from tests.scan.exploits import (
    archive,
    field,
    graph,
    h5_model,
    lambda_h5,
    layer,
    node,
    saved_model,
    sequential,
)

DENSE = sequential(layer("Dense", {"name": "d", "units": 1}))
LAMBDA = layer("Lambda", {"name": "evil", "function": ["AAAA", None, None], "function_type": "lambda"})
pytestmark = pytest.mark.slow


def staged(slot: Slot, name: str, content: bytes) -> Path:
    path = slot.inputs / name
    path.write_bytes(content)
    return path


def code_of(slot: Slot, *paths: Path, trust: bool = False) -> str:
    try:
        must_be_safe(slot, paths, trust)
    except MigrationError as error:
        return error.code
    return ""


def test_what_could_not_be_examined_is_not_loaded(slot: Slot, tmp_path: Path) -> None:
    honest = archive(tmp_path / "m.keras", DENSE).read_bytes()
    assert code_of(slot, staged(slot, "honest.keras", honest)) == ""
    broken = tmp_path / "broken.keras"
    with zipfile.ZipFile(broken, "w") as opened:
        opened.writestr("metadata.json", "{}")
        opened.writestr("config.json", b"\x00" + json.dumps(DENSE).encode("utf-16-be") + b"\xd8")
    path = staged(slot, "broken.keras", broken.read_bytes())
    with pytest.raises(MigrationError, match="cannot be read") as caught:
        must_be_safe(slot, [path], trust=False)
    assert (caught.value.code, "--trust" in caught.value.hint) == ("SEC014", True)
    assert code_of(slot, path, trust=True) == ""


def test_every_file_of_an_artifact_goes_through_the_gate(slot: Slot, tmp_path: Path) -> None:
    """Weights with a paired architecture, and the graph that lies beside a checkpoint."""
    weights = staged(slot, "w.h5", h5_model(tmp_path / "w.h5", DENSE).read_bytes())
    good = staged(slot, "good.json", json.dumps(DENSE).encode())
    evil = staged(slot, "evil.json", json.dumps(sequential(LAMBDA)).encode())
    assert code_of(slot, weights, good) == ""
    assert code_of(slot, weights, evil) == "SEC001"


def test_no_output_holds_what_the_scan_refuses(slot: Slot) -> None:
    slot.modern.scratch.mkdir(parents=True, exist_ok=True)
    honest = saved_model(slot.modern.scratch / "honest", graph(node("x", "Placeholder")))
    hostile = saved_model(slot.modern.scratch / "hostile", graph(node("x", "WriteFile")))
    must_write_safely(slot, {"saved_model": honest})
    with pytest.raises(MigrationError) as caught:
        must_write_safely(slot, {"saved_model": hostile})
    assert caught.value.code == "SEC007"
    assert caught.value.message.startswith("saved_model would hold")


def test_escaped_keys_do_not_reach_a_loader(slot: Slot, tmp_path: Path) -> None:
    """The whole way: a Lambda whose keys are written as escapes, which tf-keras reads like any other."""
    marker = tmp_path / "marker"
    text = json.dumps(sequential(layer("Lambda", lambda_config(tmp_path, marker))))
    hidden = text.replace("class_name", "\\u0063lass_name").replace('"module"', '"\\u006dodule"')
    path = h5_model(tmp_path / "model.h5", hidden)
    assert json.loads(hidden) == json.loads(text)
    result = migrate_artifact(ArtifactRequest(path, "m", tmp_path / "out", "m"), Options(), slot)
    assert (result.status, result.findings[-1].code) == (Status.UNSAFE, "SEC001")
    assert not marker.exists()
    assert not (tmp_path / "out" / "m").exists()


def test_bytecode_beside_a_graph_is_left_alone(slot: Slot, tmp_path: Path) -> None:
    """The functions of a SavedModel compute without the Lambda of its Keras metadata."""
    marker = tmp_path / "marker"
    source = shutil.copytree(
        LEGACY_MODELS / "tf.keras-2.8/input_named_in-savedmodel/saved_model", tmp_path / "m"
    )
    evil = json.dumps(layer("Lambda", lambda_config(tmp_path, marker))).encode()
    with (source / "keras_metadata.pb").open("ab") as metadata:
        metadata.write(field(1, field(2, 99) + field(3, b"root.layer-9") + field(5, evil)))
    assert code_of(slot, source) == "SEC001"
    assert expected(inspect(source)).status is Status.MIGRATED
    result = migrate_artifact(ArtifactRequest(source, "m", tmp_path / "out", "m"), Options(), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert [f.severity for f in result.findings if f.code == "SEC001"] == [Severity.WARNING]
    assert not marker.exists()


def lambda_config(folder: Path, marker: Path) -> dict[str, object]:
    with h5py.File(lambda_h5(folder / "plain.h5", marker)) as file:
        config: dict[str, object] = json.loads(file.attrs["model_config"])["config"]["layers"][1]["config"]
    return config


def test_only_workers_parse(slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the model, its recorded outputs, those that settle a reading, and the architecture beside weights."""
    calls: list[str] = []

    def refused(name: object, *more: object, **named: object) -> None:
        calls.append(str(name))
        raise AssertionError(f"{name} is parsed outside of a worker")

    cases = LEGACY_MODELS / "keras-2.2.4"
    shutil.copy(cases / "mlp" / "model.h5", tmp_path / "m.h5")
    shutil.copy(cases / "mlp" / "model.golden.npz", tmp_path / "m.golden.npz")
    shutil.copytree(LEGACY_MODELS / "tf.keras-2.8" / "mlp-json", tmp_path / "beside")
    shutil.copytree(LEGACY_MODELS / "broken" / "backend_recorded", tmp_path / "two")
    for module, name in ((h5py.h5f, "open"), (np, "load")):
        monkeypatch.setattr(module, name, refused)
    weights, two = next((tmp_path / "beside").glob("*.h5")), tmp_path / "two" / "model.h5"
    for path, name in ((tmp_path / "m.h5", "m"), (weights, "w"), (two, "two")):
        request = ArtifactRequest(path, path.name, tmp_path / "out", name)
        result = migrate_artifact(request, Options(), slot)
        assert result.status is Status.MIGRATED, result.findings
    assert calls == []
