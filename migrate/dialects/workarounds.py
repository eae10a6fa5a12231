"""Faults of Keras 3 that are worked around while a model is built, and not by a rule on its configuration.

Each can be left out like a rule (``keras-migrate minimise --without-rule ops.argmax``), to see what it is for.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrate.capsule.model import Layer

NAMES = "operation-names"
"""Operations that compute a mask are named apart from layers: Keras 3 calls one ``concatenate``, like the layer."""
WORKAROUNDS: Mapping[str, str] = {
    NAMES: "a mask's operation has the name of a layer, and the model is refused",
    "ops.argmax": "-0.0 counts as less than 0.0",
    "ops.argmin": "-0.0 counts as less than 0.0",
    "ops.conv_transpose": "arguments are passed on in a different order while a graph is built",
}
"""What can be left out, and what comes back then."""


def keras_operation(layer: Layer) -> str:
    """The operation of Keras that a written-out one stands for, as it can be left out; empty for everything else."""
    function = str(layer.config.get("function", ""))
    name = function.removeprefix("composite.")
    return f"ops.{name}" if name != function and f"ops.{name}" in WORKAROUNDS else ""
