"""Deployment formats: write the held model through Keras 3's exporters, run what was written with its own runtime."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from migrate.capsule.store import save_arrays
from migrate.extras import command_for
from migrate.findings import MigrationError
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.printable import one_line
from migrate.worlds.runner import cases_of

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "onnx": ("tf2onnx", "onnxruntime"),
    "litert": ("ai_edge_litert",),
}
_RECURRENT = (keras.layers.RNN, keras.layers.Bidirectional)
_MAX_STEPS = 256
"""Longer loops are left as they are: written out they would be a graph of many thousand operations."""
_FILES: Mapping[str, str] = {"onnx": "model.onnx", "litert": "model.tflite"}


def deploy(model: Any, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    """Write ``model`` in the deployment format ``format``.

    Raises:
        MigrationError: ``EXP023`` for a missing package, ``EXP024`` for what the exporter refuses.
    """
    kind = params["format"]
    missing = [name for name in _NEEDS[kind] if importlib.util.find_spec(name) is None]
    if missing:
        raise MigrationError(
            "EXP023",
            f"{kind} needs {', '.join(name.replace('_', '-') for name in missing)}",
            command_for(kind),
        )
    path = scratch / _FILES[kind]
    loops = _short_loops(model) if kind == "litert" else []
    try:
        with _unrolled(loops):
            model.export(str(path), format=kind, verbose=False)
    except Exception as error:
        raise _refused(kind, error) from error
    return {"file": str(path)}


def _short_loops(model: Any) -> list[Any]:
    """Recurrent layers that can be unrolled: the model says how many steps they take, and they are few.

    A loop over a free batch holds its states in lists whose elements have no known size, for which LiteRT's own
    operations have no room (it asks for TensorFlow's, "Flex"); the steps written out need none.
    """
    loops = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
    steps = [_steps(layer) for layer in model._flatten_layers() if isinstance(layer, _RECURRENT)]
    known = all(count is not None and count <= _MAX_STEPS for count in steps)
    return [layer for layer in loops if not layer.unroll] if known else []


def _steps(layer: Any) -> int | None:
    """Number of steps of all calls of a layer; None where it is free. A wrapped layer is counted by its wrapper."""
    shapes = [t.shape for node in layer._inbound_nodes for t in node.input_tensors[:1]]
    if any(shape[1] is None for shape in shapes):
        return None
    return max((int(shape[1]) for shape in shapes), default=0)


@contextmanager
def _unrolled(layers: Sequence[Any]) -> Iterator[None]:
    """Let recurrent layers write their steps out while the model is traced."""
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in layers:
            layer.unroll = False


def run(model: Any, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the written ``file`` for every case of ``probes``, computed by the format's own runtime.

    Args:
        model: the model that was written; its inputs tell names, order and dtypes.
        params: ``format``, ``file``, ``probes``, ``out``.
        scratch: folder for the outputs.

    Raises:
        MigrationError: ``EXP024`` when the runtime refuses the file.
    """
    kind = params["format"]
    names = [t.name for t in model.inputs]
    dtypes = [str(t.dtype) for t in model.inputs]
    start = _onnx if kind == "onnx" else _litert
    results = {}
    try:
        call = start(params["file"], names)
        for number, arrays in enumerate(cases_of(Path(params["probes"]))):
            given = [np.asarray(a, dtype=d) for a, d in zip(arrays, dtypes, strict=True)]
            for position, output in enumerate(call(given)):
                results[f"{number}/{position}"] = np.asarray(output)
    except Exception as error:
        raise _refused(kind, error) from error
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out)}


def _onnx(file: str, names: Sequence[str]) -> Any:
    session = importlib.import_module("onnxruntime").InferenceSession(
        file, providers=["CPUExecutionProvider"]
    )

    def call(arrays: Sequence[Any]) -> Any:
        return session.run(None, dict(zip(names, arrays, strict=True)))

    return call


def _litert(file: str, names: Sequence[str]) -> Any:
    interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter(file)
    runner = interpreter.get_signature_runner(DEFAULT_SIGNATURE)

    def call(arrays: Sequence[Any]) -> Any:
        results = runner(**dict(zip(names, arrays, strict=True)))
        return [results[f"output_{position}"] for position in range(len(results))]

    return call


def _refused(kind: str, error: Exception) -> MigrationError:
    words = one_line(error, 300)
    flex = (
        "An operation has no LiteRT version of its own: a loop over a free number of steps, for one. Fix the number of "
        "steps, or convert with TensorFlow's operations and run with the Flex delegate."
    )
    return MigrationError(
        "EXP024",
        f"the model cannot be written and run as {kind}: {type(error).__name__}: {words}",
        flex
        if "Select TensorFlow op" in words
        else "The .keras and the SavedModel are not affected; the format may lack an operation of the model.",
    )
