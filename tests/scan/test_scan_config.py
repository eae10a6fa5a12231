"""Configurations: what is refused wherever it hides, and what real ones may hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.dialects.keras3.operations.names import ALIASES
from migrate.dialects.keras3.operations.table import FUNCTIONS
from migrate.findings import Severity
from migrate.scan.config import scan_json, scan_value
from migrate.scan.files import is_unsafe
from migrate.scan.tensor_functions import is_tensor_function
from tests.scan.exploits import bytecode, layer, sequential

CODE = bytecode(Path("/nowhere/marker"))
LAMBDA = layer("Lambda", {"name": "evil", "function": CODE, "function_type": "lambda"})
NEW_LAMBDA = layer(
    "Lambda", {"name": "evil", "function": {"class_name": "__lambda__", "config": {"value": CODE[0]}}}
)


def function(module: str, name: Any) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


HOSTILE: dict[str, tuple[str, Any]] = {
    "lambda": ("SEC001", sequential(LAMBDA)),
    "lambda of Keras 2.13": ("SEC001", sequential(NEW_LAMBDA)),
    "lambda in a nested model": ("SEC001", sequential(sequential(sequential(LAMBDA)))),
    "lambda in a wrapper": ("SEC001", sequential(layer("TimeDistributed", {"name": "td", "layer": LAMBDA}))),
    "lambda as activation": (
        "SEC001",
        sequential(layer("Dense", {"activation": NEW_LAMBDA["config"]["function"]})),
    ),
    "lambda in node arguments": (
        "SEC001",
        layer("Functional", {"layers": [{"inbound_nodes": [[["x", 0, 0, {"f": NEW_LAMBDA}]]]}]}),
    ),
    "lambda of Keras 1 Merge": (
        "SEC001",
        layer("Merge", {"mode": CODE, "mode_type": "lambda", "output_shape_type": "raw"}),
    ),
    "output shape as bytecode": (
        "SEC001",
        layer(
            "Lambda",
            {
                "function": "f",
                "function_type": "function",
                "output_shape": CODE,
                "output_shape_type": "lambda",
            },
        ),
    ),
    "raw bytecode of Keras 1": (
        "SEC001",
        layer("Lambda", {"function": ["\xe3\x00\x00\x00\x00code", None, None]}),
    ),
    "encoded twice": ("SEC001", {"model_config": json.dumps(sequential(LAMBDA))}),
    "encoded three times": ("SEC001", {"a": json.dumps({"b": json.dumps(sequential(LAMBDA))})}),
    "os.system": ("SEC002", sequential(function("os", "system"))),
    "eval of builtins": ("SEC002", sequential(layer("Dense", {"activation": function("builtins", "eval")}))),
    "get_file (CVE-2025-8747)": ("SEC002", sequential(function("keras.utils", "get_file"))),
    "load_model (CVE-2025-8747)": ("SEC002", sequential(function("keras.models", "load_model"))),
    "enable_unsafe_deserialization (CVE-2025-9906)": (
        "SEC002",
        sequential(function("keras.config", "enable_unsafe_deserialization")),
    ),
    "private module": ("SEC002", sequential(function("keras.src.saving.saving_lib", "load_model"))),
    "class of the standard library": (
        "SEC002",
        layer("Popen", {}, module="subprocess", registered_name="Popen"),
    ),
    "typespec gadget": (
        "SEC002",
        {
            "class_name": "__typespec__",
            "spec_name": "Popen",
            "module": "subprocess",
            "registered_name": None,
            "config": [],
        },
    ),
    "gadget in a loss": ("SEC002", {"compile_config": {"loss": function("os", "system")}}),
    "module of a function": ("SEC002", layer("Dense", {"units": 1, "fn_module": "subprocess"})),
    "module of a shape": ("SEC002", layer("Lambda", {"function": "f", "output_shape_module": "os"})),
    "get_file by name": ("SEC002", layer("Dense", {"fn": "get_file", "args": ["https://evil.example/x"]})),
    "the switch by name": (
        "SEC002",
        layer("Model", {"metadata": {"loader": "keras.config.enable_unsafe_deserialization"}}),
    ),
    "look-alike of Keras": ("SEC002", layer("Dense", {}, module="keras/../os", registered_name="x")),
    "function name that is no word": ("SEC002", function("builtins", {"a": 1})),
    "torch": ("SEC010", layer("TorchModuleWrapper", {"module": "gASV"})),
    "TFSMLayer": ("SEC011", layer("TFSMLayer", {"filepath": "/tmp/evil"})),
    "JAX": ("SEC011", layer("JaxLayer", {"call_fn": "x"})),
    "vocabulary path": ("SEC012", layer("StringLookup", {"vocabulary": "/etc/passwd"})),
    "vocabulary address": (
        "SEC012",
        layer("TextVectorization", {"vocabulary": "https://evil.example/v.txt"}),
    ),
    "vocabulary beside": ("SEC012", layer("IntegerLookup", {"vocabulary": "vocab"})),
    "asset path": ("SEC012", layer("Tokenizer", {"vocabulary_file": "../../secret"})),
    "TFOpLambda writes": ("SEC007", layer("TFOpLambda", {"name": "w", "function": "io.write_file"})),
    "TFOpLambda raw op": ("SEC007", layer("TFOpLambda", {"name": "w", "function": "raw_ops.WriteFile"})),
    "TFOpLambda calls Python": ("SEC007", layer("TFOpLambda", {"function": "py_function"})),
    "TensorFlowOpLayer": (
        "SEC007",
        layer("TensorFlowOpLayer", {"node_def": '{"name": "x", "op": "WriteFile"}'}),
    ),
    "TensorFlowOpLayer saver": ("SEC007", layer("TensorFlowOpLayer", {"node_def": {"op": "RestoreV2"}})),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_configurations_are_unsafe(name: str) -> None:
    code, value = HOSTILE[name]
    for findings in (
        scan_value(value, ""),
        scan_json(json.dumps(value), ""),
        scan_value([{"deep": [value]}], ""),
    ):
        assert is_unsafe(findings)
        assert code in {finding.code for finding in findings}


INNOCENT: dict[str, Any] = {
    "plain": sequential(layer("Dense", {"name": "d", "units": 2, "activation": "relu"})),
    "keras 2.15": sequential(
        layer(
            "Dense",
            {"kernel_initializer": layer("GlorotUniform", {"seed": None}, module="keras.initializers")},
            module="keras.layers",
            registered_name=None,
        )
    ),
    "private home": layer("Functional", {}, module="keras.src.engine.functional", registered_name="Functional"),
    "keras 3": layer("Functional", {}, module="keras.src.models.functional", registered_name="Functional"),
    "policy": layer("DTypePolicy", {"name": "mixed_float16"}, module="keras", registered_name=None),
    "built-in function": layer("Dense", {"activation": function("builtins", "relu")}),
    "activation function": layer("Dense", {"activation": function("keras.activations", "gelu")}),
    "a layer of that name": layer("Dense", {"name": "get_file", "units": 1}),
    "module of a script": layer("Dense", {"units": 1, "module": "__main__", "output_shape_module": None}),
    "words": layer("StringLookup", {"vocabulary": ["/etc/passwd", "os.system", "c"]}),
    "no vocabulary": layer("StringLookup", {"vocabulary": None}),
    "operations": layer("TFOpLambda", {"name": "m", "function": "math.multiply"}),
    "operators": layer("TFOpLambda", {"name": "g", "function": "__operators__.getitem"}),
    "old operations": layer("TensorFlowOpLayer", {"node_def": '{"name": "x", "op": "AddV2"}'}),
    "node references": {"inbound_nodes": [[["conv2d", 0, 0, {}], ["4wEA", 0, 0, {}]]], "a": ["cat", "dog", "bird"]},
    "shape of a lambda": layer("Dense", {"output_shape": [1, 2], "output_shape_type": "raw"}),
    "tensor spec": {
        "class_name": "__typespec__", "spec_name": "TensorSpec", "module": "tensorflow.python.framework.tensor",
        "registered_name": None, "config": [[None, 3], "float32", "x"],
    },
}  # fmt: skip


def test_what_the_dialects_translate_is_known_to_the_scan() -> None:
    """Two lists of one truth: a function with a counterpart in ``keras.ops`` reaches nothing but tensors."""
    for name in (*FUNCTIONS, *ALIASES):
        assert is_tensor_function(name), name
        assert is_tensor_function(f"compat.v1.{name}"), name
        assert is_tensor_function(f"tf.{name}"), name


@pytest.mark.parametrize(
    "name",
    [
        "compat.v1.py_func",
        "tf.io.write_file",
        "compat.v1.io.read_file",
        "debugging.enable_dump_debug_info",
        "compat.v1.Session",
        "load_op_library",
        "compat.v1.raw_ops.WriteFile",
        "tf.tf.io.gfile.remove",
    ],
)
def test_no_prefix_lets_other_functions_in(name: str) -> None:
    assert not is_tensor_function(name)


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_configurations_are_clean(name: str) -> None:
    assert scan_value(INNOCENT[name], "") == []


@pytest.mark.parametrize(
    "value",
    [
        layer("TwoTowers", {}, module="custom.two_towers", registered_name="TwoTowers"),
        layer("GroupNorm", {}, module="tensorflow_addons.layers", registered_name="Addons>GroupNorm"),
        layer("Lambda", {"function": "scale", "function_type": "function", "module": "__main__"}),
        {"compile_config": {"loss": function("my.losses", "dice")}},
        layer("Dense", {"units": 1}, registered_name="mine>Dense"),
        layer("Dense", {"units": 1, "fn_module": "my_package.layers"}),
        layer("KerasLayer", {"handle": "https://tfhub.dev/x/1"}),
    ],
    ids=["own class", "addons", "named function", "own loss", "registered", "own module", "hub"],
)
def test_what_needs_its_authors_code_is_a_warning(value: Any) -> None:
    findings = scan_value(value, "")
    assert [finding.severity for finding in findings] == [Severity.WARNING]


def test_the_place_is_the_path_of_layers() -> None:
    inner = layer("Sequential", {"name": "encoder", "layers": [LAMBDA]})
    (finding,) = scan_value(sequential(inner), "model.h5")
    assert finding.place == "model.h5/sequential/encoder/evil"


def test_a_key_twice_is_told() -> None:
    findings = scan_json('{"class_name": "Dense", "class_name": "Lambda", "config": {}}', "")
    assert "SEC006" in {finding.code for finding in findings}


def test_depth_and_length_are_bounded() -> None:
    assert scan_json("[" * 300 + "]" * 300, "")[0].code == "SEC009"
    assert scan_json("[" * 100_000 + "]" * 100_000, "")[0].code == "SEC009"
    findings = scan_value([LAMBDA | {"config": {"name": f"l{i}", "function": CODE}} for i in range(5000)], "")
    assert len(findings) == 20
    assert scan_json("{nope", "")[0].code == "SEC014"
