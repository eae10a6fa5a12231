"""LiteRT, by Keras 3's exporter and LiteRT's interpreter."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras

from migrate.capsule.model import Array
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.worlds.contracts.modern import Deployed
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel
from migrate.worlds.modern.deployments.runtime import Runtime

_RECURRENT = (keras.layers.RNN, keras.layers.Bidirectional)
_MAX_STEPS = 256
"""Longer loops are left as they are: written out they would be a graph of many thousand operations."""


def write(model: LiveModel, scratch: Path) -> Deployed:
    """``model.tflite`` in the scratch folder."""
    path = scratch / "model.tflite"
    with _unrolled(_short_loops(model)):
        model.export(str(path), format="litert", verbose=False)
    return Deployed(str(path))


def _short_loops(model: LiveModel) -> list[LiveLayer]:
    """Recurrent layers that can be unrolled: the model says how many steps they take, and they are few.

    A loop over a free batch holds its states in lists whose elements have no known size, for which LiteRT's own
    operations have no room (it asks for TensorFlow's, "Flex"); the steps written out need none.
    """
    loops = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
    steps = [_steps(layer) for layer in model._flatten_layers() if isinstance(layer, _RECURRENT)]
    known = all(count is not None and count <= _MAX_STEPS for count in steps)
    return [layer for layer in loops if not layer.unroll] if known else []


def _steps(layer: LiveLayer) -> int | None:
    """Number of steps of all calls of a layer; None where it is free. A wrapped layer is counted by its wrapper."""
    shapes = [t.shape for node in layer._inbound_nodes for t in node.input_tensors[:1]]
    if any(shape[1] is None for shape in shapes):
        return None
    return max((int(shape[1]) for shape in shapes), default=0)


@contextmanager
def _unrolled(layers: Sequence[LiveLayer]) -> Iterator[None]:
    """Let recurrent layers write their steps out while the model is traced."""
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in layers:
            layer.unroll = False


def start(file: str, names: Sequence[str]) -> Runtime:
    """A function from arrays, in the order of ``names``, to outputs."""
    interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter(file)
    runner = interpreter.get_signature_runner(DEFAULT_SIGNATURE)

    def call(arrays: Sequence[Array]) -> list[Array]:
        results = runner(**dict(zip(names, arrays, strict=True)))
        return [results[f"output_{position}"] for position in range(len(results))]

    return call
