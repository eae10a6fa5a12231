"""The formats beside Keras' own that ``--to`` writes: the one list of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployment:
    """A format.

    Attributes:
        output: file or folder in the model's output folder.
        modules: what must be importable to write it and to run what was written; the extra of the format's name brings
            it.
    """

    output: str
    modules: tuple[str, ...]


DEPLOYMENTS: Mapping[str, Deployment] = {
    "onnx": Deployment("model.onnx", ("tf2onnx", "onnxruntime")),
    "litert": Deployment("model.tflite", ("ai_edge_litert",)),
    "openvino": Deployment("openvino", ("openvino", "scipy")),
    "torch": Deployment("torch", ("torch",)),
}
"""By the name that ``--to`` takes."""
