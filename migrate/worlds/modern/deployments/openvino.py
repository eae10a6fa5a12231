"""OpenVINO's intermediate representation, by Keras 3's exporter and OpenVINO's own runtime."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from migrate.capsule.model import Array
from migrate.worlds.contracts.modern import Deployed
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.modern.deployments.runtime import Runtime

_EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
"""Where a processor has instructions for bfloat16, the runtime computes in it unless it is told not to."""


def write(model: LiveModel, scratch: Path) -> Deployed:
    """``model.xml`` and ``model.bin`` in a folder of the scratch folder."""
    folder = scratch / "openvino"
    folder.mkdir(exist_ok=True)
    model.export(str(folder / "model.xml"), format="openvino", verbose=False)
    return Deployed(str(folder))


def start(file: str, names: Sequence[str]) -> Runtime:
    """A function from arrays, in the order of ``names``, to outputs."""
    core = importlib.import_module("openvino").Core()
    compiled = core.compile_model(str(Path(file) / "model.xml"), "CPU", _EXACT)

    def call(arrays: Sequence[Array]) -> list[Array]:
        results = compiled(dict(zip(names, arrays, strict=True)))
        return [results[output] for output in compiled.outputs]

    return call
