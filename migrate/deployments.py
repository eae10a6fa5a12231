"""The formats other than Keras' own that ``--to`` writes: the only list of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployment:
    """A format.

    Attributes:
        output: file or folder in the model's output folder.
        modules: modules needed to write it and to run the result; the extra with the format's name
            installs them.
    """

    output: str
    modules: tuple[str, ...]


DEPLOYMENTS: Mapping[str, Deployment] = {
    "onnx": Deployment("model.onnx", ("tf2onnx", "onnxruntime")),
    "litert": Deployment("model.tflite", ("ai_edge_litert",)),
    "openvino": Deployment("openvino", ("openvino", "scipy")),
    "torch": Deployment("torch", ("torch",)),
}
"""By the name passed to ``--to``."""
