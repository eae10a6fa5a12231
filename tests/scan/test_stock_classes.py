"""Nothing that a framework writes by itself is called an attack.

``stock_names.json`` holds what Keras 1.2.2, 2.0.8, 2.2.4, 2.3.1, tf.keras 2.4, 2.8, 2.13, 2.15, tf-keras 2.21 and Keras
3.15 wrote of each of their public classes (``scripts/stock_configurations.py``): module, class, registered name,
function.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.scan.config import scan_value
from migrate.scan.files import is_unsafe
from migrate.scan.names import is_keras_class
from tests.scan.exploits import layer

NAMES: list[list[str | None]] = json.loads(Path(__file__).with_name("stock_names.json").read_text("utf-8"))
SPECIFICATIONS = [
    ("tensorflow.python.framework.tensor_spec", "TensorSpec"),
    ("tensorflow.python.framework.tensor", "TensorSpec"),
    ("tensorflow.python.framework.sparse_tensor", "SparseTensorSpec"),
    ("tensorflow.python.ops.ragged.ragged_tensor", "RaggedTensorSpec"),
    ("tensorflow.python.framework.indexed_slices", "IndexedSlicesSpec"),
]


def configuration(module: str | None, name: str | None, registered: str | None, function: str | None) -> Any:
    config: Any = function if name == "function" else {"name": "x"}
    inner = {"module": module, "class_name": name, "registered_name": registered, "config": config}
    return layer("Dense", {"name": "dense", "kernel_initializer": inner})


def test_every_stock_class_is_clean() -> None:
    """But the layers that load other models, which are unsafe as such, whoever wrote them."""
    assert len(NAMES) > 250
    refused = {name[1] for name in NAMES if is_unsafe(scan_value(configuration(*name), ""))}
    loaders = {"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "Lambda"}
    assert refused <= loaders | {"TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer"}


@pytest.mark.parametrize(("module", "name"), SPECIFICATIONS)
def test_type_specifications_are_clean(module: str, name: str) -> None:
    value = {
        "class_name": "__typespec__",
        "spec_name": name,
        "module": module,
        "registered_name": None,
        "config": [],
    }
    assert scan_value(value, "") == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("tensorflow.python.ops.io_ops", "ReaderBase"),
        ("tensorflow.python.ops.init_ops_v2", "serialize"),
        ("tensorflow.python.ops", "init_ops_v2.Zeros.mro"),
        ("tensorflow.python.lib.io.file_io", "FileIO"),
        ("tensorflow.python.platform.gfile", "GFile"),
        ("tensorflow.python.saved_model.load", "Loader"),
        ("keras.utils", "get_file"),
        ("keras.initializers", "get"),
    ],
)
def test_their_neighbours_are_not(module: str, name: str) -> None:
    assert not is_keras_class(module, name)
    assert is_unsafe(scan_value({"module": module, "class_name": name, "config": {}}, ""))
