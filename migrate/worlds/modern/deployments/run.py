"""The two calls of every format: write the held model, and run what was written on the probes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from migrate.deployments import DEPLOYMENTS
from migrate.extras import command_for
from migrate.findings import MigrationError
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.contracts.modern import Deployed, RunDeployed
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.guest.runner import cases_of, write_arrays
from migrate.worlds.modern.deployments import litert, onnx, openvino, torch
from migrate.worlds.modern.deployments.refused import refused
from migrate.worlds.modern.deployments.runtime import Runtime

_WRITERS: Mapping[str, Callable[[LiveModel, Path], Deployed]] = {
    "onnx": onnx.write,
    "litert": litert.write,
    "openvino": openvino.write,
    "torch": torch.describe,
}
_RUNTIMES: Mapping[str, Callable[[str, Sequence[str]], Runtime]] = {
    "onnx": onnx.start,
    "litert": litert.start,
    "openvino": openvino.start,
    "torch": torch.start,
}


def deploy(model: LiveModel, kind: str, scratch: Path) -> Deployed:
    """Write ``model`` in a deployment format.

    Raises:
        MigrationError: ``EXP023`` for a missing package, ``EXP024`` for what the exporter refuses.
    """
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


def run(model: LiveModel, asked: RunDeployed, scratch: Path) -> ArraysFile:
    """Outputs of a written file for every case, computed by the format's own runtime.

    Args:
        model: the model that was written; its inputs tell names, order and dtypes.
        asked: the file and its format.
        scratch: folder for the outputs.

    Raises:
        MigrationError: ``EXP024`` when the runtime refuses the file.
    """
    names = [t.name for t in model.inputs]
    dtypes = [str(t.dtype) for t in model.inputs]
    results = {}
    try:
        call = _RUNTIMES[asked.format](str(asked.file), names)
        for number, arrays in enumerate(cases_of(asked.probes)):
            given = [np.asarray(a, dtype=d) for a, d in zip(arrays, dtypes, strict=True)]
            for position, output in enumerate(call(given)):
                results[f"{number}/{position}"] = np.asarray(output)
    except Exception as error:
        raise refused(asked.format, error) from error
    return write_arrays(scratch / asked.out, results)
