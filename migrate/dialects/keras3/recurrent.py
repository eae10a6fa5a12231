"""Recurrent layers whose arguments Keras 3 lost: time before batch, and two directions of different sizes."""

from __future__ import annotations

from migrate.capsule.model import Layer, Model, Node, TensorRef
from migrate.dialects.bidirectional import STATES, two_layers
from migrate.dialects.graph_rewrites import Fragment, expand_graphs, to_functional
from migrate.dialects.masks import mask_makers
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import MigrationError, Rule, Severity

_TIMED = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN"})
_TRANSPOSE = {"function": "keras.ops.transpose"}


@model_rule(
    Rule(
        "CFG076",
        "time-major",
        "A recurrent layer takes time before batch.",
        Severity.ERROR,
        before='{"class_name": "LSTM", "config": {"time_major": true, "return_sequences": true}}',
        after="transpose → LSTM → transpose",
        why="Keras 3 removed the argument. Swapping the first two axes before the layer, and after it if it returns "
        "sequences, does what `time_major` avoided.",
    ),
    Step.KERAS_3,
)
def time_major(model: Model, era: Era) -> Model:
    """Put transpositions around the layer.

    Raises:
        MigrationError: ``CFG041`` for sequences and states together, and for layers inside a wrapper.
    """
    return expand_graphs(model, _TIMED, _batch_first)


def _batch_first(layer: Layer) -> Fragment | None:
    if not layer.config.get("time_major"):
        return None
    sequences = bool(layer.config.get("return_sequences"))
    if sequences and layer.config.get("return_state"):
        raise MigrationError(
            "CFG041",
            f"{layer.class_name} {layer.name!r} returns sequences and states with time_major=True, which Keras 3 "
            f"cannot "
            "express",
            "Replace the layer in the source by one with the batch first.",
            place=layer.name,
        )
    fragment = Fragment(layer)
    turned = fragment.add("Op", "batch_first", fragment.input(), _TRANSPOSE, axes=[1, 0, 2])
    plain = layer.with_config(drop=("time_major",))
    output = fragment.add(layer.class_name, "steps", turned, plain.config, layer.weights)
    if sequences:
        fragment.add("Op", "time_first", output, _TRANSPOSE, axes=[1, 0, 2])
    return fragment


@model_rule(
    Rule(
        "CFG073",
        "bidirectional-two-sizes",
        "The two directions of a Bidirectional layer have different sizes.",
        Severity.ERROR,
        before='{"class_name": "Bidirectional", "config": {"layer": LSTM(2), "backward_layer": GRU(3)}}',
        after="LSTM(2); GRU(3) with its output reversed; Concatenate",
        why="Keras 3 assumes that the last dimension is twice that of the forward layer, so that the next layer is "
        "built for another size.",
    ),
    Step.KERAS_3,
)
def bidirectional_two_sizes(model: Model, era: Era) -> Model:
    """Take the two layers out of their wrapper.

    Raises:
        MigrationError: ``CFG077`` where the mask's origin or the arguments are not known.
    """
    for layer in model.layers:
        if layer.class_name == "Bidirectional" and _sizes_differ(layer):
            model = _apart(to_functional(model), layer.name)
    return model


def _sizes_differ(layer: Layer) -> bool:
    children = [
        layer.children[side] for side in ("forward_layer", "backward_layer") if side in layer.children
    ]
    return len({child.config.get("units") for child in children}) > 1


def _apart(model: Model, name: str) -> Model:
    owner = model.layer(name)
    node = owner.nodes[0]
    single = len(owner.nodes) == 1 and isinstance(node.args[0], TensorRef)
    keywords = [key for key, value in node.kwargs.items() if value is not None]
    known = all(child.class_name in STATES for child in owner.children.values())
    makers = mask_makers(model, node.args[0]) if single else None
    if not known or keywords or makers is None:
        raise MigrationError(
            "CFG077",
            f"Bidirectional {name!r} has directions of different sizes, and is shared, takes states or wraps other "
            f"cells",
            "Replace the layer in the source by two recurrent layers.",
            place=name,
        )
    flip = Layer("Op", "", {"function": "keras.ops.flip"}, (Node((), {"axis": 1}),))
    return two_layers(model, owner, makers, zero_masked=True, flip=flip)
