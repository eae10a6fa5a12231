"""Deployment formats: write the held model through Keras 3's exporters, run what was written with its own runtime."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.worlds.runner import cases_of

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "onnx": ("tf2onnx", "onnxruntime"),
    "litert": ("ai_edge_litert",),
}
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
            f"pip install 'keras-migrate[{kind}]'",
        )
    path = scratch / _FILES[kind]
    try:
        model.export(str(path), format=kind, verbose=False)
    except Exception as error:
        raise _refused(kind, error) from error
    return {"file": str(path)}


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
    runner = interpreter.get_signature_runner("serving_default")

    def call(arrays: Sequence[Any]) -> Any:
        results = runner(**dict(zip(names, arrays, strict=True)))
        return [results[f"output_{position}"] for position in range(len(results))]

    return call


def _refused(kind: str, error: Exception) -> MigrationError:
    words = " ".join(str(error).split())[:300]
    return MigrationError(
        "EXP024",
        f"the model cannot be written and run as {kind}: {type(error).__name__}: {words}",
        "The .keras and the SavedModel are not affected; the format may lack an operation of the model.",
    )
