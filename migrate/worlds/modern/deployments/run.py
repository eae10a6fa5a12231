"""The two calls of every format: write the held model, and run what was written on the probes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.store import save_arrays
from migrate.deployments import DEPLOYMENTS
from migrate.extras import command_for
from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.guest.runner import cases_of
from migrate.worlds.modern.deployments import litert, onnx, openvino, torch
from migrate.worlds.modern.deployments.refused import refused

_WRITERS: Mapping[str, Callable[[Any, Path], dict[str, Any]]] = {
    "onnx": onnx.write,
    "litert": litert.write,
    "openvino": openvino.write,
    "torch": torch.describe,
}
_RUNTIMES: Mapping[str, Callable[[str, Sequence[str]], Callable[[Sequence[Any]], Any]]] = {
    "onnx": onnx.start,
    "litert": litert.start,
    "openvino": openvino.start,
    "torch": torch.start,
}


def deploy(model: LiveModel, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    """Write ``model`` in the deployment format ``format``.

    Raises:
        MigrationError: ``EXP023`` for a missing package, ``EXP024`` for what the exporter refuses.
    """
    kind = params["format"]
    missing = [name for name in DEPLOYMENTS[kind].modules if importlib.util.find_spec(name) is None]
    if missing:
        raise MigrationError(
            "EXP023",
            f"{kind} needs {', '.join(name.replace('_', '-') for name in missing)}",
            command_for(kind),
        )
    try:
        return _WRITERS[kind](model, scratch)
    except MigrationError:
        raise
    except Exception as error:
        raise refused(kind, error) from error


def run(model: LiveModel, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
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
    results = {}
    try:
        call = _RUNTIMES[kind](params["file"], names)
        for number, arrays in enumerate(cases_of(Path(params["probes"]))):
            given = [np.asarray(a, dtype=d) for a, d in zip(arrays, dtypes, strict=True)]
            for position, output in enumerate(call(given)):
                results[f"{number}/{position}"] = np.asarray(output)
    except Exception as error:
        raise refused(kind, error) from error
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out)}
