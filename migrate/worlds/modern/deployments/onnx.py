"""ONNX, by Keras 3's exporter and onnxruntime."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from migrate.worlds.guest.framework_types import LiveModel


def write(model: LiveModel, scratch: Path) -> dict[str, Any]:
    """``model.onnx`` in the scratch folder."""
    path = scratch / "model.onnx"
    model.export(str(path), format="onnx", verbose=False)
    return {"file": str(path)}


def start(file: str, names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    """A function from arrays, in the order of ``names``, to outputs."""
    session = importlib.import_module("onnxruntime").InferenceSession(
        file, providers=["CPUExecutionProvider"]
    )

    def call(arrays: Sequence[Any]) -> Any:
        return session.run(None, dict(zip(names, arrays, strict=True)))

    return call
