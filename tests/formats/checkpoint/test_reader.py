"""Checkpoints found by any of their files, and their variables given to layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.checkpoint.bundle import OBJECT_GRAPH
from migrate.formats.checkpoint.locate import find_prefix, latest
from migrate.formats.checkpoint.reader import open_checkpoint, read_checkpoint
from tests.formats import protos
from tests.formats.makers import dense, model

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


def one(value: float) -> np.ndarray:
    return np.array([value], np.float32)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Two Dense layers under ``model``, one Adam slot, one variable of nobody."""
    keys = {name: name + SUFFIX for name in ("a", "b", "model/.OPTIMIZER_SLOT/optimizer/m", "step")}
    graph = protos.object_graph(
        [
            ({"model": 1, "step": 6}, {}),
            ({"layer-0": 2, "layer_with_weights-0": 2, "layer-1": 3, "layer_with_weights-1": 3}, {}),
            ({"kernel": 4}, {}),
            ({"kernel": 5}, {}),
            ({}, {keys["a"]: "first/kernel"}),
            ({}, {keys["b"]: "second/kernel"}),
            ({}, {keys["step"]: ""}),
            ({}, {keys["model/.OPTIMIZER_SLOT/optimizer/m"]: ""}),
        ]
    )
    arrays: dict[str, np.ndarray | bytes] = {key: one(number) for number, key in enumerate(keys.values())}
    return protos.bundle(tmp_path / "c" / "model.ckpt-1", {**arrays, OBJECT_GRAPH: graph})


def test_any_file_leads_to_the_prefix(checkpoint: Path) -> None:
    folder = checkpoint.parent
    (folder / "checkpoint").write_text('model_checkpoint_path: "/home/me/run/model.ckpt-1"\n')
    for path in (
        folder,
        checkpoint,
        folder / "checkpoint",
        folder / "model.ckpt-1.index",
        folder / "model.ckpt-1.meta",
        folder / "model.ckpt-1.data-00000-of-00001",
    ):
        assert find_prefix(path) == checkpoint
    assert latest(folder) == "model.ckpt-1"


def test_the_state_file_names_the_latest_of_several(checkpoint: Path) -> None:
    folder = checkpoint.parent
    protos.bundle(folder / "model.ckpt-2", {"v": one(0)})
    with pytest.raises(MigrationError) as caught:
        find_prefix(folder)
    assert (caught.value.code, "model.ckpt-1, model.ckpt-2" in caught.value.message) == ("FMT022", True)
    (folder / "checkpoint").write_text(
        'all_model_checkpoint_paths: "model.ckpt-1"\nmodel_checkpoint_path: "model.ckpt-2"\n'
    )
    assert find_prefix(folder) == folder / "model.ckpt-2"


def test_no_index_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "m.data-00000-of-00001").write_bytes(b"1234")
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "m"\n')
    for path in (tmp_path, tmp_path / "m", tmp_path / "m.data-00000-of-00001"):
        with pytest.raises(MigrationError) as caught:
            find_prefix(path)
        assert caught.value.code == "FMT022"


def test_variables_by_object_path(checkpoint: Path) -> None:
    artifact = read_checkpoint(checkpoint, model("m", dense("first"), dense("second")))
    found = {f"{layer.path}:{array.name}": float(array.array[0]) for layer, array in artifact.arrays()}
    assert found == {"first:first/kernel:0": 0, "second:second/kernel:0": 1}
    assert [a.name for a in artifact.optimizer_weights] == ["model/.OPTIMIZER_SLOT/optimizer/m" + SUFFIX]
    assert artifact.metadata["unmatched"] == ["step" + SUFFIX]
    assert artifact.metadata["layout"] == "object"


def test_input_layer_of_a_sequential_is_no_object(checkpoint: Path) -> None:
    first = {"class_name": "InputLayer", "config": {"name": "in"}}
    artifact = read_checkpoint(checkpoint, model("m", first, dense("first"), dense("second")))
    assert [layer.path for layer in artifact.weights] == ["first", "second"]


def test_architecture_of_another_model_is_refused(checkpoint: Path) -> None:
    with pytest.raises(MigrationError) as caught:
        read_checkpoint(checkpoint, model("m", dense("first")))
    assert caught.value.code == "WGT006"


def test_variables_by_name(tmp_path: Path) -> None:
    arrays: dict[str, np.ndarray | bytes] = {
        name: one(number)
        for number, name in enumerate(
            ("scope/a/kernel", "a_1/kernel", "a_1/kernel/Adam", "beta1_power", "global_step", "x")
        )
    }
    prefix = protos.bundle(tmp_path / "m", arrays)
    artifact = read_checkpoint(prefix, model("m", dense("a"), dense("a_1")))
    found = {f"{layer.path}:{array.name}": float(array.array[0]) for layer, array in artifact.arrays()}
    assert found == {"a:scope/a/kernel:0": 0, "a_1:a_1/kernel:0": 1}
    assert [a.name for a in artifact.optimizer_weights] == ["a_1/kernel/Adam", "beta1_power", "global_step"]
    assert artifact.metadata["unmatched"] == ["x"]


def test_without_architecture_all_keys_are_given(checkpoint: Path) -> None:
    artifact = read_checkpoint(checkpoint, values=False)
    assert len(artifact.weights[0].arrays) == 4
    assert open_checkpoint(checkpoint).layout == "object"


def test_cycles_in_the_object_graph_end(tmp_path: Path) -> None:
    graph = protos.object_graph([({"self": 0, "layer-0": 1, "far": 99}, {}), ({"up": 0}, {})])
    prefix = protos.bundle(tmp_path / "m", {OBJECT_GRAPH: graph})
    assert read_checkpoint(prefix, model("m", dense("a"))).parameters == 0
