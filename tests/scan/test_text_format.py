"""Protobuf's text form becomes the same message here as in TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from migrate.formats.wire import Message, WireError
from migrate.scan.text_format import encode_json, encode_text

ROOT = Path(__file__).resolve().parents[2]
AGREES = """
import sys
from pathlib import Path
from google.protobuf import text_format
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import saved_model_pb2
from migrate.scan.text_format import encode_text
from tests.scan.test_hidden_forms import FORMS

def nodes(graph):
    bodies = [graph.node, *(function.node_def for function in graph.library.function)]
    return [[(n.name, n.op, list(n.input), sorted(n.attr)) for n in body] for body in bodies]

for path in sys.argv[1:]:
    model = saved_model_pb2.SavedModel.FromString(Path(path).read_bytes())
    for options in ({}, {"as_one_line": True}, {"as_utf8": True}):
        text = text_format.MessageToString(model, **options)
        ours = saved_model_pb2.SavedModel.FromString(encode_text(text, "SavedModel"))
        for theirs, mine in zip(model.meta_graphs, ours.meta_graphs, strict=True):
            assert nodes(theirs.graph_def) == nodes(mine.graph_def), path
            assert list(theirs.asset_file_def) == list(mine.asset_file_def), path
            kept = [node.user_object.metadata for node in theirs.object_graph_def.nodes]
            assert kept == [node.user_object.metadata for node in mine.object_graph_def.nodes], path

for name, (_, _, hidden) in FORMS.items():
    if name.startswith("text graph"):
        folder = Path(name.replace(" ", "-").replace(":", ""))
        folder.mkdir()
        text = hidden(folder).read_text()
        kind = saved_model_pb2.SavedModel if "meta_graphs" in text else graph_pb2.GraphDef
        whole = text_format.Parse(text, kind())
        graph = whole.meta_graphs[0].graph_def if "meta_graphs" in text else whole
        assert any(node[1] == "WriteFile" for body in nodes(graph) for node in body), name
"""


@pytest.mark.slow
def test_tensorflow_reads_the_same(tmp_path: Path) -> None:
    """Of authentic SavedModels in each of its spellings, and of the hostile graphs in text form."""
    models = [str(path) for path in sorted((ROOT / "legacy_models").rglob("saved_model.pb"))[::25]]
    assert models
    done = subprocess.run(
        [sys.executable, "-c", AGREES, *models],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "node {",
        "node { op: }",
        'node { op: "x" } }',
        "node { op: [",
        "}",
        '"op"',
        "node { op { } }",
        'node { op: "',
        "a" * 9 + "{" * 999,
    ],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        encode_text(text, "GraphDef")


def test_json_of_a_node() -> None:
    """``string_val`` and ``stringVal``, bytes in base64 with and without padding (``google.protobuf.json_format``)."""
    for key in ("string_val", "stringVal"):
        value = {"name": "c", "op": "Const", "attr": {"value": {"tensor": {key: ["L2V0Yy9wYXNzd2Q"]}}}}
        (attribute,) = Message(encode_json(value, "NodeDef")).mapping(5)
        assert attribute[1].message(8).texts(8) == ["/etc/passwd"]
