"""What a loader understands in another spelling is found in that spelling, too."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import json
import lzma
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest

from migrate.scan import scan_artifact
from migrate.scan.files import scan_one
from tests.scan.disguises import (
    Builder,
    behind_array,
    beside,
    called_with,
    captured,
    compiled,
    file,
    function_layer,
    function_with,
    graph_of,
    linked,
    made,
    member,
    meta,
    model_bytes,
    npy,
    old_tar,
    referenced,
    small_window,
    tar,
    text_value,
    user_block,
    with_attribute,
    zipped,
)
from tests.scan.exploits import (
    archive,
    evil_pickle,
    field,
    graph,
    lambda_h5,
    layer,
    node,
    sequential,
    text_constant,
)

TEXT_PLAIN = 'node {\n  name: "w"\n  op: "WriteFile"\n}\n'
ELF = b"\x7fELF\x02\x01\x01" + bytes(57)
SIMPLE = b"cos\nmkdir\n(S'marker'\ntR."
"""Protocol 0, as a person writes it."""
HOSTILE_NODE, HARMLESS_NODE = node("w", "WriteFile", "x", "y"), node("w", "Identity", "x")

FORMS: dict[str, tuple[str, Builder, Builder]] = {
    # HDF5
    "user block of 512 bytes": ("SEC001", lambda f: lambda_h5(f / "m.h5", f / "marker"), lambda f: user_block(f,
        512)),
    "user block of 64 KiB": ("SEC001", lambda f: user_block(f, 512), lambda f: user_block(f, 1 << 16)),
    "user block of 1 MiB": ("SEC001", lambda f: user_block(f, 512), lambda f: user_block(f, 1 << 20)),
    "user block in a member": (
        "SEC003",
        lambda f: archive(f / "m.keras", sequential(), weights=linked(f, 0)),
        lambda f: archive(f / "m.keras", sequential(), weights=linked(f, 1 << 17)),
    ),
    # layers that call TensorFlow
    "SlicingOpLambda": (
        "SEC007",
        function_layer("TFOpLambda", function="io.write_file"),
        function_layer("SlicingOpLambda", function="io.write_file"),
    ),
    "ClassMethod": (
        "SEC007",
        function_layer("TFOpLambda", function="io.gfile.copy"),
        function_layer("ClassMethod", cls_symbol="io.gfile.copy", method_name="__call__"),
    ),
    "InstanceMethod": (
        "SEC007",
        function_layer("ClassMethod", cls_symbol="io.TFRecordWriter", method_name="write"),
        function_layer("InstanceMethod", attr_name="__class__"),
    ),
    **{
        f"TFOpLambda {name}": (
            "SEC007",
            function_layer("TFOpLambda", function="io.read_file"),
            function_layer("TFOpLambda", function=name),
        )
        for name in (
            "compat.v1.read_file",
            "compat.v1.write_file",
            "compat.v1.matching_files",
            "compat.v1.load_file_system_library",
            "compat.v1.load_op_library",
            "nn.fixed_unigram_candidate_sampler",
            "random.fixed_unigram_candidate_sampler",
            "random.set_global_generator",
            "keras.backend.set_floatx",
            "raw_ops.PrintV2",
            "rpc_server_start",
            "audio_microfrontend",
        )
    },
    "TensorFlowOpLayer with a name that looks like an operation": (
        "SEC007",
        function_layer("TensorFlowOpLayer", node_def={"name": "w", "op": "WriteFile"}),
        function_layer("TensorFlowOpLayer", node_def={"name": "'op': 'AddV2'", "op": "WriteFile"}),
    ),
    "TensorFlowOpLayer as bytes": (
        "SEC007",
        function_layer("TensorFlowOpLayer", node_def={"name": "w", "op": "WriteFile"}),
        function_layer("TensorFlowOpLayer", node_def=HOSTILE_NODE.decode()),
    ),
    "TensorFlowOpLayer that prints to a file": (
        "SEC007",
        function_layer("TensorFlowOpLayer", node_def={"name": "w", "op": "WriteFile"}),
        function_layer(
            "TensorFlowOpLayer",
            node_def={"name": "p", "op": "PrintV2", "attr": {"output_stream": {"s": "ZmlsZTovLy90bXAveA=="}}},
        ),
    ),
    # names that lead elsewhere
    "dotted class name": (
        "SEC010",
        referenced(module="keras.layers", class_name="TorchModuleWrapper"),
        referenced(module="keras", class_name="layers.TorchModuleWrapper"),
    ),
    "dotted name of a layer that loads": (
        "SEC011",
        referenced(module="keras.layers", class_name="TFSMLayer"),
        referenced(module="keras", class_name="layers.TFSMLayer"),
    ),
    "function in place of a class": (
        "SEC002",
        referenced(module="keras.utils", class_name="function", config="get_file"),
        referenced(module="keras", class_name="utils.get_file"),
    ),
    "what a module of layers has imported": (
        "SEC002",
        referenced(module="os", class_name="function", config="system"),
        referenced(module="keras.src.layers.core.lambda_layer", class_name="np.load"),
    ),
    "model of keras.applications": (
        "SEC002",
        referenced(module="keras.models", class_name="function", config="load_model"),
        referenced(module="keras.applications", class_name="ResNet50"),
    ),
    "registered name of a builtin": (
        "SEC002",
        referenced(module="builtins", class_name="function", config="eval", registered_name="eval"),
        referenced(module="builtins", class_name="function", config="none", registered_name="eval"),
    ),
    "registered name of a class": (
        "SEC002",
        referenced(module="os", class_name="system"),
        referenced(module="keras.src.layers.core.lambda_layer", class_name="None_", registered_name="python_utils"),
    ),
    "deserialize as an activation": (
        "SEC002",
        referenced(module="keras.saving", class_name="function", config="deserialize_keras_object"),
        referenced(module="keras.activations", class_name="function", config="deserialize"),
    ),
    "gadget in compile_config": (
        "SEC002",
        compiled(module="os", config="system"),
        compiled(module="numpy.testing", config="runstring"),
    ),
    "dotted gadget in compile_config": (
        "SEC002",
        compiled(module="os", config="system"),
        compiled(module="my.losses", config="os.system"),
    ),
    # graphs
    "graph in two parts": (
        "SEC007",
        meta(field(2, graph(HOSTILE_NODE))),
        meta(field(2, graph(HOSTILE_NODE)), field(2, graph(HARMLESS_NODE))),
    ),
    "operation of another wire type after it": (
        "SEC007",
        graph_of(HOSTILE_NODE),
        graph_of(HOSTILE_NODE + bytes([2 << 3, 1])),
    ),
    "unknown group before it": ("SEC007", graph_of(HOSTILE_NODE), meta(b"\xf3\x01\xf4\x01", field(2,
        graph(HOSTILE_NODE)))),
    "function in two parts": (
        "SEC007",
        graph_of(functions={"f": [HOSTILE_NODE]}),
        meta(field(2, field(2, field(1, function_with("f", "x", HOSTILE_NODE))) + field(2, b""))),
    ),
    "two nodes of one name": ("SEC007", graph_of(HOSTILE_NODE), graph_of(HOSTILE_NODE, HARMLESS_NODE)),
    "two functions of one name": (
        "SEC007",
        graph_of(functions={"f": [HOSTILE_NODE]}),
        meta(
            field(
                2,
                field(2, field(1, function_with("f", "x", HOSTILE_NODE)) + field(1, function_with("f", "x",
                    HARMLESS_NODE))),
            )
        ),
    ),
    "file name joined in the graph": (
        "SEC007",
        graph_of(text_constant("p", "/etc/passwd"), node("r", "RestoreV2", "p")),
        graph_of(text_constant("a", "/et"), text_constant("b", "c/x"), node("p", "StringJoin", "a", "b"),
            node("r", "RestoreV2", "p")),
    ),
    "file name decoded in the graph": (
        "SEC007",
        graph_of(text_constant("p", "/etc/passwd"), node("r", "RestoreV2", "p")),
        graph_of(text_constant("a", "L2V0Yw"), node("p", "DecodeBase64", "a"), node("r", "RestoreV2", "p")),
    ),
    "file name that climbs from what is given": (
        "SEC007",
        graph_of(text_constant("p", "../x"), node("r", "SaveV2", "p")),
        graph_of(node("a", "Placeholder"), text_constant("b", "/../../x"), node("p", "StringJoin", "a", "b"),
            node("r", "SaveV2", "p")),
    ),
    "default of a placeholder": (
        "SEC007",
        graph_of(text_constant("p", "/etc/passwd"), node("r", "RestoreV2", "p")),
        graph_of(text_constant("p", "/etc/passwd"), node("d", "PlaceholderWithDefault", "p"), node("r",
            "RestoreV2", "d")),
    ),
    "file of the working directory": (
        "SEC007",
        graph_of(text_constant("p", "/home/me/setup.py"), node("r", "SaveV2", "p")),
        graph_of(text_constant("p", "setup.py"), node("r", "SaveV2", "p")),
    ),
    "file name as an argument": (
        "SEC007",
        graph_of(text_constant("p", "/etc/passwd"), node("r", "RestoreV2", "p")),
        called_with("/etc/passwd"),
    ),
    "file name as a captured constant": ("SEC007", called_with("/etc/passwd"), captured("/etc/passwd")),
    **{
        f"operation that reads a file by its attribute: {name}": (
            "SEC007",
            graph_of(HOSTILE_NODE),
            graph_of(node("s", name, **{attribute: text_value("/etc/passwd")})),
        )
        for name, attribute in (
            ("Skipgram", "filename"),
            ("RecordInput", "file_pattern"),
            ("CalibrationStatisticsSaver", "output_file_path"),
        )
    },
    "vocabulary that is mapped to another one": (
        "SEC007",
        graph_of(text_constant("p", "/etc/passwd"), node("r", "RestoreV2", "p")),
        graph_of(text_constant("p", "/etc/passwd"), node("r", "GenerateVocabRemapping", "p", "p")),
    ),
    **{
        f"graph as a value: {name}": (
            "SEC007",
            graph_of(HOSTILE_NODE),
            graph_of(text_constant("g", graph(HOSTILE_NODE).decode("latin-1")), node("d", name, "g")),
        )
        for name in ("DatasetFromGraph", "DeserializeIterator", "MlirPassthroughOp")
    },
    "program of another compiler": (
        "SEC014",
        file("m.bin", ELF),
        graph_of(node("x", "XlaCallModule", module=text_value("ML\xefR"))),
    ),
    "function that reads a file by its attribute": (
        "SEC007",
        function_layer("TFOpLambda", function="raw_ops.ReadFile"),
        function_layer("TFOpLambda", function="raw_ops.Skipgram"),
    ),
    "vocabulary of a sampler": (
        "SEC007",
        graph_of(HOSTILE_NODE),
        graph_of(node("s", "FixedUnigramCandidateSampler", "x", vocab_file=text_value("/etc/passwd"))),
    ),
    "meta graph of a checkpoint": (
        "SEC007",
        file("frozen.pb", graph(HOSTILE_NODE)),
        file("model.ckpt.meta", field(1, field(5, b"2.4.1")) + field(2, graph(HOSTILE_NODE))),
    ),
    "library before the nodes": (
        "SEC007",
        file("frozen.pb", graph(HOSTILE_NODE)),
        file("frozen.pb", field(4, field(1, 1)) + graph(HOSTILE_NODE)),
    ),
    **{
        f"text graph: {name}": ("SEC007", file("g.pbtxt", TEXT_PLAIN), file("g.pbtxt", text))
        for name, text in {
            "one line": 'node { name: "w" op: "WriteFile" }',
            "two strings": 'node { name: "w" op: "Write" "File" }',
            "escapes": 'node { name: "w" op: "Write\\x46ile" }',
            "octal": "node { name: 'w' op: 'Write\\106ile' }",
            "angle brackets": 'node < name: "w"; op: "WriteFile" >',
            "comment": 'node { name: "w" # op: "Add"\n op:"WriteFile" }',
            "list": 'node: [{ name: "w" op: "WriteFile" }]',
            "SavedModel": 'meta_graphs { graph_def { node { name: "w" op: "WriteFile" } } }',
            "function": 'library { function { signature { name: "f" } node_def { name: "w" op: "WriteFile" } } }',
        }.items()
    },
    "configuration in a text SavedModel": (
        "SEC011",
        file("model.json", json.dumps(sequential(layer("TFSMLayer", {"filepath": "/x"})))),
        file(
            "saved_model.pbtxt",
            'meta_graphs { object_graph_def { nodes { user_object { metadata: "{\\"class_name\\": \\"TFSMLayer\\", '
            '\\"config\\": {}}" } } } }',
        ),
    ),
    # what lies beside
    "pickle under variables/": (
        "SEC008",
        beside("assets/x", evil_pickle(Path("marker"))),
        beside("variables/x", evil_pickle(Path("marker"))),
    ),
    "pickle in place of the variables": (
        "SEC008",
        beside("variables/x", evil_pickle(Path("marker"))),
        beside("variables/variables.data-00000-of-00001", evil_pickle(Path("marker"))),
    ),
    "model under variables/": (
        "SEC007",
        beside("assets/x.pb", graph(HOSTILE_NODE)),
        beside("variables/x.pb", graph(HOSTILE_NODE)),
    ),
    "program in an archive": ("SEC013", beside("assets/x.so", ELF), member("assets/x", ELF)),
    "script in an archive": ("SEC013", member("assets/x.so", ELF), member("assets/setup.sh", b"#!/bin/sh\nid\n")),
    # numpy
    **{
        f"array: {name}": (
            "SEC008",
            file("a.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", SIMPLE)),
            file("a.npy", npy(header, SIMPLE, major)),
        )
        for name, (header, major) in {
            "shape first": ("{'shape': (1,), 'fortran_order': False, 'descr': '|O'}\n", 1),
            "escaped key": ("{'\\x64escr': '|O', 'fortran_order': False, '\\x73hape': (1,)}\n", 1),
            "escaped value": ("{'descr': '|\\x4f', 'fortran_order': False, 'shape': (1,)}\n", 1),
            "structure": ("{'descr': [('a', '<i4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,)}\n", 1),
            "version 2": ("{'shape': (1,), 'descr': 'O', 'fortran_order': False}\n", 2),
            "Python 2": ("{'shape': (1L,), 'descr': 'O', 'fortran_order': False}\n", 1),
        }.items()
    },
    "second array of a file": (
        "SEC008",
        file("a.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", SIMPLE)),
        file(
            "a.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n", bytes(8))
            + npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", SIMPLE),
        ),
    ),
    # pickles
    **{
        f"pickle of protocol {protocol} without a name": (
            "SEC008",
            file("a.bin", evil_pickle(Path("marker"), 4)),
            file("a.bin", evil_pickle(Path("marker"), protocol)),
        )
        for protocol in (0, 1)
    },
    "pickle that names an old protocol": ("SEC008", file("a.bin", b"\x80\x02" + SIMPLE), file("a.bin",
        b"\x80\x01" + SIMPLE)),
    "pickle without its number": (
        "SEC008",
        file("a.bin", pickle.PROTO + b"\x04\x8c\x02os\x8c\x05mkdir\x93\x8c\x06marker\x85R."),
        file("a.bin", b"\x8c\x02os\x8c\x05mkdir\x93\x8c\x06marker\x85R."),
    ),
    "pickle that breaks off after the call": ("SEC008", file("a.bin", SIMPLE), file("a.bin", SIMPLE[:-1])),
    "pickle behind 100 kB of text": (
        "SEC008",
        file("a.bin", SIMPLE),
        file("a.bin", b"V" + b"a" * 100_000 + b"\n0" + SIMPLE),
    ),
    "second pickle of protocol 0": (
        "SEC008",
        file("a.pkl", pickle.dumps([1]) + b"\x80\x02" + SIMPLE),
        file("a.pkl", pickle.dumps([1]) + SIMPLE),
    ),
    "pickle of protocol 0 in an attribute": (
        "SEC008",
        lambda f: with_attribute(f, evil_pickle(f / "marker", 4)),
        lambda f: with_attribute(f, evil_pickle(f / "marker", 0)),
    ),
    "pickle of protocol 0 in an archive": ("SEC008", member("assets/v", evil_pickle(Path("m"), 4)),
        member("assets/v", SIMPLE)),
    # compressed
    "gzip": ("SEC001", made("m.h5", model_bytes), made("m.h5.gz", lambda f: gzip.compress(model_bytes(f)))),
    "bzip2": ("SEC001", made("m.h5", model_bytes), made("m.h5.bz2", lambda f: bz2.compress(model_bytes(f)))),
    "xz": ("SEC001", made("m.h5", model_bytes), made("m.h5.xz", lambda f: lzma.compress(model_bytes(f)))),
    "tar": ("SEC001", made("m.h5", model_bytes), made("m.tar", lambda f: tar("m.h5", model_bytes(f)))),
    "tar.gz": ("SEC001", made("m.h5", model_bytes), made("m.tar.gz", lambda f: gzip.compress(tar("m.h5",
        model_bytes(f))))),
    "zip": ("SEC001", made("m.h5", model_bytes), made("m.zip", lambda f: zipped("m.h5", model_bytes(f)))),
    "zlib": ("SEC001", made("m.h5", model_bytes), made("m.h5.z", lambda f: zlib.compress(model_bytes(f)))),
    "zlib of a small window": (
        "SEC001",
        made("m.h5", model_bytes),
        made("m.bin", lambda f: small_window(model_bytes(f))),
    ),
    "zlib in an archive": (
        "SEC008",
        member("assets/v", evil_pickle(Path("m"), 4)),
        member("assets/v", zlib.compress(evil_pickle(Path("m"), 4))),
    ),
    "LZMA alone": (
        "SEC001",
        made("m.h5", model_bytes),
        made("m.lzma", lambda f: lzma.compress(model_bytes(f), lzma.FORMAT_ALONE)),
    ),
    "joblib: compressed pickle": (
        "SEC008",
        file("m.pkl", evil_pickle(Path("m"), 4)),
        file("m.pkl", lzma.compress(evil_pickle(Path("m"), 4), lzma.FORMAT_ALONE)),
    ),
    "joblib: pickle behind an array": (
        "SEC014",
        file("m.bin", ELF),
        file("m.pkl", behind_array(SIMPLE)),
    ),
    "tar without a mark": (
        "SEC008",
        made("m.bin", lambda f: tar("m.pkl", evil_pickle(f / "marker"))),
        made("m.bin", lambda f: old_tar("m.pkl", evil_pickle(f / "marker"))),
    ),
    "archive behind other content in an archive": (
        "SEC006",
        made("m.bin", lambda f: b"XX" + zipped("m.h5", model_bytes(f))),
        member("assets/v", b"XX" + zipped("m.h5", b"x")),
    ),
    "archive behind an archive": (
        "SEC006",
        made("m.bin", lambda f: b"XX" + zipped("m.h5", model_bytes(f))),
        made("m.keras", lambda f: zipped("m.h5", model_bytes(f)) + zipped("m.h5", b"x")),
    ),
    **{
        f"what nothing here unpacks: {name}": ("SEC014", file("m.bin", ELF), file("m.bin", begin + bytes(100)))
        for name, begin in {
            "zstandard behind a frame to skip": b"\x5a\x2a\x4d\x18\4\0\0\0skip\x28\xb5\x2f\xfd",
            "lz4 of the first form": b"\x02\x21\x4c\x18",
            "lzip": b"LZIP\1",
            "lzop": b"\x89LZO\0\r\n\x1a\n",
            "snappy": b"\xff\6\0\0sNaPpY",
            "cpio": b"070701",
            "rpm": b"\xed\xab\xee\xdb",
            "xar": b"xar!",
            "lha": b" \0-lh5-",
            "disc": bytes(0x8001) + b"CD001",
        }.items()
    },
    "SavedModel in chunks": ("SEC014", file("m.bin", ELF), beside("saved_model.cpb", bytes(100))),
    "zip in a zip": (
        "SEC001",
        made("m.zip", lambda f: zipped("m.h5", model_bytes(f))),
        made("m.zip", lambda f: zipped("a.zip", zipped("m.h5", model_bytes(f)))),
    ),
    "model of another framework": ("SEC014", file("m.bin", ELF), file("m.tflite", bytes(4) + b"TFL3" + bytes(20))),
    "ONNX model": ("SEC014", file("m.bin", ELF), file("m.onnx", field(7, field(1, HOSTILE_NODE)))),
    "what nothing here unpacks": (
        "SEC014",
        file("m.bin", ELF),
        file("m.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100)),
    ),
    # text
    "JSON behind 70,000 spaces": (
        "SEC011",
        file("m.json", json.dumps(sequential(layer("TFSMLayer", {"filepath": "/x"})))),
        file("m.json", " \n" * 35_000 + json.dumps(sequential(layer("TFSMLayer", {"filepath": "/x"})))),
    ),
    **{
        f"YAML: {name}": (
            "SEC011",
            file("m.yaml", "class_name: TFSMLayer\nconfig: {filepath: /x}\n"),
            file(path, content),
        )
        for name, (path, content) in {
            "under another name": ("m.txt", "#" * 70_000 + "\nclass_name: TFSMLayer\nconfig: {filepath: /x}\n"),
            "without a suffix": ("m", '? "class\\x5fname"\n: TFSMLayer\n'),
            "that begins like JSON": ("m.yaml", '"class\\x5fname": TFSMLayer\nconfig: {filepath: /x}\n'),
            "in braces": ("m.yaml", '{"class\\x5fname": TFSMLayer, config: {filepath: /x}}\n'),
            "in UTF-16": ("m.yaml", "class_name: TFSMLayer\nconfig: {filepath: /x}\n".encode("utf-16")),
        }.items()
    },
    "YAML tag in a text file": (
        "SEC005",
        file("m.yaml", "class_name: !!python/object/apply:os.mkdir [marker]\nconfig: {}\n"),
        file("m.txt", "!!python/object/apply:os.mkdir [marker]\n"),
    ),
    "YAML tag through a handle": (
        "SEC005",
        file("m.yaml", "class_name: !!python/object/apply:os.mkdir [marker]\nconfig: {}\n"),
        file("m.yaml", "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.mkdir [marker]\n"),
    ),
    "YAML tag in full": (
        "SEC005",
        file("m.yaml", "class_name: !!python/object/apply:os.mkdir [marker]\nconfig: {}\n"),
        file("m.yaml", "a: !<tag:yaml.org,2002:python/object/apply:os.mkdir> [marker]\n"),
    ),
}  # fmt: skip
"""Name to the code that is expected, the plain form and the disguised one."""


@pytest.mark.parametrize("name", FORMS)
def test_the_disguise_changes_nothing(tmp_path: Path, name: str) -> None:
    code, plain, hidden = FORMS[name]
    for kind, build in (("plain", plain), ("hidden", hidden)):
        folder = tmp_path / kind
        folder.mkdir()
        path = build(folder)
        assert code in {finding.code for finding in scan_artifact(path)}, kind
        assert scan_one(path).verdict == ("warning" if code in ("SEC013", "SEC014") else "unsafe")
        assert not (folder / "marker").exists()


LOADED = [
    name
    for name in FORMS
    if name.startswith(("array: ", "pickle ")) and " in " not in name and "/" not in name
]


@pytest.mark.filterwarnings("ignore:Reading `.npy`")
@pytest.mark.parametrize("name", LOADED)
def test_numpy_and_pickle_understand_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The disguised files fire: each makes a folder where it is loaded."""
    _, _, hidden = FORMS[name]
    path = hidden(tmp_path)
    scan_artifact(path)
    assert not list(tmp_path.glob("m*"))
    monkeypatch.chdir(tmp_path)
    with contextlib.suppress(Exception):  # what it is good for is done before the pickle ends
        np.load(path, allow_pickle=True)
    assert list(tmp_path.glob("m*"))
