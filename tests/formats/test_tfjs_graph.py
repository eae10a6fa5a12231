"""TensorFlow.js graph models: what the converter fused is taken apart, and what cannot be is refused."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.read import read
from migrate.formats.tfjs_graph import read_tfjs_graph
from migrate.inspection import inspect
from migrate.scan.files import scan_artifact
from tests.conftest import LEGACY_MODELS
from tests.test_discovery import find

CONVERTED = LEGACY_MODELS / "tf.keras-2.8" / "tfjs_graph"

FUSED = {"_FusedConv2D", "FusedDepthwiseConv2dNative", "_FusedMatMul"}


def text(word: str) -> str:
    return base64.b64encode(word.encode()).decode()


def fused(name: str, operation: str, inputs: list[str], steps: list[str], **more: Any) -> dict[str, Any]:
    listed = {"list": {"s": [text(step) for step in steps]}}
    attributes = {"T": {"type": "DT_FLOAT"}, "num_args": {"i": "1"}, "fused_ops": listed, **more}
    return {"name": name, "op": operation, "input": inputs, "attr": attributes}


def graph_of(path: Path, *nodes: dict[str, Any], **more: Any) -> Path:
    model = {"format": "graph-model", "modelTopology": {"node": list(nodes)}, "weightsManifest": [], **more}
    path.write_text(json.dumps(model))
    return path


def operations(path: Path) -> list[tuple[str, str, list[str]]]:
    return [(node["name"], node["op"], node["input"]) for node in read_tfjs_graph(path).graph["node"]]


def test_what_the_converter_wrote() -> None:
    path = CONVERTED / "model.json"
    stored = {node["op"] for node in json.loads(path.read_text())["modelTopology"]["node"]}
    assert stored >= FUSED
    graph = read_tfjs_graph(path)
    assert not {node["op"] for node in graph.graph["node"]} & FUSED
    names = [node["name"] for node in graph.graph["node"]]
    assert len(set(names)) == len(names)
    assert set(graph.constants) == {node["name"] for node in graph.graph["node"] if node["op"] == "Const"}
    assert graph.signature is not None
    assert set(graph.signature["outputs"]) == {"hidden", "top"}


def test_it_is_a_graph_to_everyone_who_looks() -> None:
    path = CONVERTED / "model.json"
    assert identify(path).format is Format.TFJS_GRAPH
    (found,) = find(CONVERTED).values()
    assert {part.name for part in found.parts} == {file.name for file in CONVERTED.glob("*.bin")} | {
        "model.json"
    }
    seen = inspect(path)
    assert not seen.obstacles
    assert seen.meta_graphs[0].ops["Conv2D"] == 2
    assert [one.name for one in seen.inputs] == ["image"]
    with pytest.raises(MigrationError, match="graph"):
        read(path)  # it has no layers


def test_bias_and_activation_come_apart_and_the_last_keeps_the_name(tmp_path: Path) -> None:
    layout = {"data_format": {"s": text("NCHW")}, "strides": {"list": {"i": ["1", "1", "2", "2"]}}}
    conv = fused("c", "_FusedConv2D", ["x", "w", "b"], ["BiasAdd", "Relu6"], **layout)
    path = graph_of(tmp_path / "model.json", conv)
    assert operations(path) == [
        ("c/contraction", "Conv2D", ["x", "w"]),
        ("c/BiasAdd", "BiasAdd", ["c/contraction", "b"]),
        ("c", "Relu6", ["c/BiasAdd"]),
    ]
    first, bias, _ = read_tfjs_graph(path).graph["node"]
    assert first["attr"] == {"T": {"type": "DT_FLOAT"}, **layout}
    assert bias["attr"]["data_format"] == layout["data_format"]


def test_slopes_of_a_fusion(tmp_path: Path) -> None:
    leaky = fused("m", "_FusedMatMul", ["x", "w", "b"], ["BiasAdd", "LeakyRelu"], leakyrelu_alpha={"f": 0.1})
    own = fused("d", "FusedDepthwiseConv2dNative", ["m", "w", "b", "a"], ["BiasAdd", "Prelu"])
    path = graph_of(tmp_path / "model.json", leaky, own)
    assert read_tfjs_graph(path).graph["node"][2]["attr"]["alpha"] == {"f": 0.1}
    assert operations(path)[5:] == [
        ("d/above", "Relu", ["d/BiasAdd"]),
        ("d/negative", "Neg", ["d/BiasAdd"]),
        ("d/below", "Relu", ["d/negative"]),
        ("d/scaled", "Mul", ["a", "d/below"]),
        ("d", "Sub", ["d/above", "d/scaled"]),
    ]


def test_a_constant_waits_for_no_input_of_the_model(tmp_path: Path) -> None:
    """Converter 1.7 leaves `^input` at constants that came out of functions; other waits keep loops in order."""
    entry = {"name": "input", "op": "Placeholder"}
    constant = {"name": "c", "op": "Const", "input": ["^input", "^other"]}
    graph = read_tfjs_graph(graph_of(tmp_path / "model.json", entry, constant)).graph
    assert [node.get("input") for node in graph["node"]] == [None, ["^other"]]


def test_a_fusion_of_nothing_is_the_operation_itself(tmp_path: Path) -> None:
    plain = fused("d", "FusedDepthwiseConv2dNative", ["x", "w"], ["NoOp"])
    assert operations(graph_of(tmp_path / "model.json", plain)) == [
        ("d", "DepthwiseConv2dNative", ["x", "w"])
    ]


REFUSED: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]] = {
    "another fusion": ("FMT040", [fused("c", "_FusedConv2D", ["x", "w"], ["FusedBatchNorm"])], {}),
    "a bias that is not there": ("FMT040", [fused("c", "_FusedConv2D", ["x", "w"], ["BiasAdd"])], {}),
    "a tensor that nothing takes": ("FMT040", [fused("c", "_FusedConv2D", ["x", "w", "b"], ["Relu"])], {}),
    "an order": ("FMT040", [fused("c", "_FusedConv2D", ["x", "w", "^b"], ["BiasAdd"])], {}),
    "no inputs": ("FMT015", [{"name": "c", "op": "_FusedConv2D"}], {}),
    "nodes of another kind": ("FMT015", ["node"], {}),  # type: ignore[list-item]
    "tables": ("FMT040", [], {"modelInitializer": {"node": []}}),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_taken_apart(tmp_path: Path, kind: str) -> None:
    code, nodes, more = REFUSED[kind]
    path = graph_of(tmp_path / "model.json", *nodes, **more)
    with pytest.raises(MigrationError) as caught:
        read_tfjs_graph(path)
    assert caught.value.code == code
    assert code in [one.code for one in inspect(path).obstacles]


def test_a_fusion_inside_of_a_loop(tmp_path: Path) -> None:
    path = graph_of(tmp_path / "model.json")
    model = json.loads(path.read_text())
    body = {"signature": {"name": "body"}, "nodeDef": [{"name": "p", "op": "Prelu", "input": ["x", "a"]}]}
    model["modelTopology"]["library"] = {"function": [body]}
    path.write_text(json.dumps(model))
    with pytest.raises(MigrationError, match="loop"):
        read_tfjs_graph(path)


HOSTILE: dict[str, Callable[[dict[str, Any]], None]] = {
    "reads a file": lambda graph: graph["node"].append(
        {"name": "evil", "op": "ReadFile", "input": ["image"]}
    ),
    "runs Python": lambda graph: graph["node"].append({"name": "evil", "op": "PyFunc", "input": []}),
    "in a function": lambda graph: graph.update(
        library={"function": [{"signature": {"name": "f"}, "nodeDef": [{"name": "e", "op": "WriteFile"}]}]}
    ),
    "in a function spelt otherwise": lambda graph: graph.update(
        library={"function": [{"signature": {"name": "f"}, "node_def": [{"name": "e", "op": "WriteFile"}]}]}
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_operations_beyond_tensors_are_found(tmp_path: Path, kind: str) -> None:
    path = Path(shutil.copytree(CONVERTED, tmp_path / "model")) / "model.json"
    assert not scan_artifact(path)
    model = json.loads(path.read_text())
    HOSTILE[kind](model["modelTopology"])
    path.write_text(json.dumps(model))
    assert {finding.code for finding in scan_artifact(path)} == {"SEC007"}
    assert "SEC007" in [one.code for one in inspect(path).obstacles]
