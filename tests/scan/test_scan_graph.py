"""Graphs: operations of the graph and of its functions, paths that flow into savers, assets, metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrate.scan import scan_artifact
from migrate.scan.files import is_unsafe, scan_one
from migrate.scan.operations import judge_operation
from tests.scan import exploits
from tests.scan.exploits import field, graph, node, saved_model, text_constant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    [
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "PyFunc",
        "PyFuncStateless",
        "EagerPyFunc",
        "TFRecordDataset",
        "TextLineDataset",
        "SqlDataset",
        "GeneratorDataset",
        "CreateSummaryFileWriter",
        "WriteSummary",
        "WholeFileReaderV2",
        "RpcCall",
        "RemoteCall",
        "DebugIdentityV2",
        "LoadAndRemapMatrix",
        "SaveDatasetV2",
        "SnapshotDatasetV2",
        "CollectiveReduceV2",
        "FileSystemSetConfiguration",
        "_Send",
        "SaveV2",
        "RestoreV2",
        "InitializeTableFromTextFileV2",
    ],
)
def test_operations_that_reach_out(name: str) -> None:
    finding = judge_operation(name)
    assert finding is not None
    assert is_unsafe([finding])


@pytest.mark.parametrize(
    "name",
    ["MatMul", "AddV2", "Const", "ReadVariableOp", "HashTableV2", "LookupTableFindV2", "Print", "While"],
)
def test_operations_that_compute(name: str) -> None:
    assert judge_operation(name) is None


def test_an_unknown_operation_is_a_warning() -> None:
    finding = judge_operation("Addons>Gelu")
    assert finding is not None
    assert finding.code == "SEC013"
    assert not is_unsafe([finding])


def test_operations_in_functions_are_seen(tmp_path: Path) -> None:
    body = [node("x", "MatMul"), node("leak", "ReadFile", "path")]
    folder = saved_model(tmp_path / "m", graph(node("a", "NoOp"), functions={"__inference_call_1": body}))
    (finding,) = scan_artifact(folder)
    assert (finding.code, finding.place) == ("SEC007", "saved_model.pb/__inference_call_1/leak")


def test_what_adapt_leaves_behind_is_a_warning_unless_it_is_called(tmp_path: Path) -> None:
    name = "__inference_adapt_step_7"
    functions = {name: [node("x", "PyFunc")]}
    idle = saved_model(tmp_path / "idle", graph(node("a", "NoOp"), functions=functions))
    assert scan_one(idle).verdict == "warning"
    call = node("a", "PartitionedCall", f=field(10, field(1, name.encode())))
    assert scan_one(saved_model(tmp_path / "called", graph(call, functions=functions))).verdict == "unsafe"
    listed = node("a", "Case", branches=field(1, field(9, field(1, name.encode()))))
    assert scan_one(saved_model(tmp_path / "listed", graph(listed, functions=functions))).verdict == "unsafe"


def saver(path_node: bytes) -> bytes:
    return graph(
        path_node,
        text_constant("suffix", "_temp/part"),
        node("join", "StringJoin", "prefix", "suffix"),
        node("save", "SaveV2", "join", "names", "slices", "^control"),
        node("restore", "RestoreV2", "prefix:0", "names"),
    )


def test_a_saver_fed_from_outside_is_usual(tmp_path: Path) -> None:
    assert scan_artifact(saved_model(tmp_path / "m", saver(node("prefix", "Placeholder")))) == []


def test_a_saver_with_a_fixed_path_is_not(tmp_path: Path) -> None:
    findings = scan_artifact(saved_model(tmp_path / "m", saver(text_constant("prefix", "/etc/cron.d/x"))))
    assert [finding.message for finding in findings] == [
        "SaveV2 reaches the fixed path '/etc/cron.d/x_temp/part'",
        "RestoreV2 reaches the fixed path '/etc/cron.d/x'",
    ]


def test_a_vocabulary_must_be_an_asset(tmp_path: Path) -> None:
    table = graph(
        text_constant("file", "/home/author/vocab.txt"),
        node("init", "InitializeTableFromTextFileV2", "table", "file"),
    )
    assert is_unsafe(scan_artifact(saved_model(tmp_path / "a", table)))
    asset = field(6, field(1, field(1, b"file:0")) + field(2, b"vocab.txt"))
    assert scan_artifact(saved_model(tmp_path / "b", table, asset)) == []
    old = field(
        5, field(1, field(1, b"type") + field(2, field(1, field(1, b"file:0")) + field(2, b"vocab.txt")))
    )
    collection = field(4, field(1, b"saved_model_assets") + field(2, old))
    assert scan_artifact(saved_model(tmp_path / "c", table, collection)) == []
    for name in (b"../../etc/passwd", b"/etc/passwd", b"gs://bucket/x"):
        asset = field(6, field(1, field(1, b"file:0")) + field(2, name))
        folder = saved_model(tmp_path / name.hex(), table, asset)
        assert {finding.code for finding in scan_artifact(folder)} == {"SEC012"}


def test_printing_to_a_file_is_writing(tmp_path: Path) -> None:
    quiet = node("p", "PrintV2", output_stream=field(2, b"stderr"))
    loud = node("p", "PrintV2", output_stream=field(2, b"file:///tmp/evil"))
    assert scan_artifact(saved_model(tmp_path / "a", graph(quiet))) == []
    assert is_unsafe(scan_artifact(saved_model(tmp_path / "b", graph(loud))))


def test_configurations_inside_are_walked(tmp_path: Path) -> None:
    hostile = b'{"class_name": "TFSMLayer", "config": {"filepath": "/x"}}'
    nodes = field(7, field(1, field(4, field(1, b"_tf_keras_layer") + field(3, hostile))))
    assert {f.code for f in scan_artifact(saved_model(tmp_path / "a", graph(), nodes))} >= {"SEC011"}
    folder = saved_model(tmp_path / "b", graph())
    metadata = field(1, field(2, 1) + field(3, b"root.layer-1") + field(5, hostile))
    (folder / "keras_metadata.pb").write_bytes(metadata)
    found = {(finding.code, finding.place) for finding in scan_artifact(folder)}
    assert ("SEC011", "keras_metadata.pb/root.layer-1") in found


def test_what_lies_beside_the_graph_is_looked_at(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph())
    (folder / "assets").mkdir()
    (folder / "assets" / "tokenizer.bin").write_bytes(exploits.evil_pickle(tmp_path / "marker"))
    (folder / "variables").symlink_to(tmp_path)
    assert {finding.code for finding in scan_artifact(folder)} == {"SEC006", "SEC008"}


def test_text_and_bare_graphs(tmp_path: Path) -> None:
    (tmp_path / "frozen.pb").write_bytes(graph(node("x", "Placeholder"), node("w", "WriteFile", "x")))
    assert is_unsafe(scan_artifact(tmp_path / "frozen.pb"))
    (tmp_path / "g.pbtxt").write_text('node {\n  name: "w"\n  op: "PyFunc"\n}\nnode {\n  op: "MatMul"\n}\n')
    assert [finding.code for finding in scan_artifact(tmp_path / "g.pbtxt")] == ["SEC007"]


def test_a_damaged_graph_is_not_called_clean(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph(node("x", "Placeholder")))
    data = (folder / "saved_model.pb").read_bytes()
    (folder / "saved_model.pb").write_bytes(data[:-3])
    assert scan_one(folder).verdict == "warning"
