"""ONNX, by Keras 3's exporter and onnxruntime."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from migrate.capsule.model import Array
from migrate.worlds.contracts.modern import Deployed
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.modern.deployments.runtime import Runtime


def write(model: LiveModel, scratch: Path) -> Deployed:
    """``model.onnx`` in the scratch folder."""
    path = scratch / "model.onnx"
    model.export(str(path), format="onnx", verbose=False)
    return Deployed(str(path))


def start(file: str, names: Sequence[str]) -> Runtime:
    """A function from arrays, in the order of ``names``, to outputs."""
    session = importlib.import_module("onnxruntime").InferenceSession(
        file, providers=["CPUExecutionProvider"]
    )

    def call(arrays: Sequence[Array]) -> list[Array]:
        outputs: list[Array] = session.run(None, dict(zip(names, arrays, strict=True)))
        return outputs

    return call
