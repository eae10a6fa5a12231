"""A stateful Bidirectional layer that did not carry its states from call to call.

Measured with calls in a row: Keras 2.0.8 to 2.1.3 and TensorFlow 2 carry the states, Keras 2.1.4 to 2.3.1 and tf.keras
1.13 and 1.15 do not (the updates of the wrapped layers were never run).
"""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule
from migrate.findings import Rule, Severity

_NEVER_CARRIED = Version("2.1.4")
_TENSORFLOW_2 = Version("2.3")


@layer_rule(
    era_semantics(
        Rule(
            "SIL057",
            "stateful-bidirectional",
            "A stateful Bidirectional layer started every call with zeros.",
            Severity.SILENT,
            applies_to=">=2.1.4,<2.4",
            before='{"class_name": "Bidirectional", "config": {"layer": {"class_name": "LSTM", "config": '
            '{"stateful": true}}}}',
            after='{"stateful": false} in both layers',
            why="Keras 2.1.4 to 2.3.1 and tf.keras in TensorFlow 1 never ran the updates of the wrapped states; "
            "tf-keras and Keras 3 keep them: the second and third call are off by 73 to 94 % of the largest output.",
        )
    ),
    Step.KERAS_2,
    "Bidirectional",
)
def stateful_bidirectional(layer: Layer, era: Era) -> Layer:
    """Let the wrapped layers begin with zeros."""
    if not any(child.config.get("stateful") for child in layer.children.values()):
        return layer
    if era.keras < _NEVER_CARRIED or (era.tf_keras and not is_tensorflow_1(layer, era)):
        return layer
    children = {name: child.with_config(stateful=False) for name, child in layer.children.items()}
    return replace(layer, children=children)


def is_tensorflow_1(layer: Layer, era: Era) -> bool:
    """Whether a layer of tf.keras was written by TensorFlow 1, which shares its version with 2.0 and 2.1.

    The initializers of TensorFlow 1 have ``dtype`` in their configuration, those of TensorFlow 2 have not.
    """
    if not era.tf_keras or era.keras >= _TENSORFLOW_2:
        return False
    inner = layer.children.get("forward_layer", layer)
    initializer = inner.config.get("kernel_initializer")
    return isinstance(initializer, dict) and "dtype" in initializer.get("config", {})
