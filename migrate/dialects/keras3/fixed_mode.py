"""``training=True`` or ``training=False`` in a call, which Keras 3 overwrites with the mode of the model around it.

Source: ``operation_fn`` of ``keras/src/models/functional.py`` (3.0 to 3.15) against ``Functional._run_internal_graph``
and ``Layer.__call__`` of tf.keras 2.4 to 2.15, which give the argument of the call priority.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Node
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.dialects.training_dependence import (
    BATCH_STATISTICS,
    FIXED_MODE,
    dependent_parts,
    draws_at_random,
    silenced,
)
from migrate.findings import Fix, MigrationError, Rule, Severity

_ARGUMENT = "training"
_FUNCTIONS = frozenset(
    {"Op", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod"}
)


@layer_rule(
    Rule(
        "SIL050",
        "fixed-inference-without-noise",
        "Random layers are called only with `training=False`.",
        Severity.SILENT,
        applies_to="<3",
        before="encoder(x, training=False), in which Dropout has the rate 0.5",
        after="the same with the rate 0",
        why="Keras 3 uses the mode of the model for every layer of a Functional model, whatever its call says: in "
        "`fit` the layer would be random. With rate 0 it passes its input through in both modes, as before.",
    ),
    Step.KERAS_3,
)
def without_noise(layer: Layer, era: Era) -> Layer:
    """Set the rates to 0 where that and frozen statistics are all that the mode decides."""
    if _modes(layer) != {False}:
        return layer
    parts = list(dependent_parts(layer))
    if not all(draws_at_random(part) or _is_frozen(part, trainable) for part, trainable in parts):
        return layer
    return silenced(layer)


@layer_rule(
    Rule(
        "SIL051",
        "fixed-inference-of-frozen",
        "A frozen submodel is called with `training=False`, which protected its statistics when it was unfrozen.",
        Severity.SILENT,
        fix=Fix.MANUAL,
        applies_to="<3",
        before="base(x, training=False), all layers with `trainable: false`",
        after="base(x)",
        why="A frozen BatchNormalization layer uses its moving statistics in both modes, so the argument, which "
        "Keras 3 would override, has no further effect. To fine-tune the submodel, keep its BatchNormalization "
        "layers frozen (`layer.trainable = False`): Keras 3 would put them into training mode, which the argument "
        "prevented in tf.keras.",
    ),
    Step.KERAS_3,
)
def frozen_inference(layer: Layer, era: Era) -> Layer:
    """Leave the argument out where frozen statistics are all that the mode decides."""
    if _modes(layer) != {False}:
        return layer
    parts = list(dependent_parts(layer))
    if not parts or not all(_is_frozen(part, trainable) for part, trainable in parts):
        return layer
    return _without_argument(layer)


@layer_rule(
    Rule(
        "SIL052",
        "fixed-mode-without-effect",
        "A call has `training`, and nothing in the layer depends on it.",
        Severity.ERROR,
        applies_to="<3",
        before="encoder(x, training=False), in which no layer knows a mode",
        after="encoder(x)",
        why="Layers that compute the same in training and in inference do not need the argument; most of them "
        "reject it in Keras 3.",
    ),
    Step.KERAS_3,
)
def without_effect(layer: Layer, era: Era) -> Layer:
    """Leave out an argument that decides nothing."""
    if not _says(layer) or layer.class_name in _FUNCTIONS or any(dependent_parts(layer)):
        return layer
    return _without_argument(layer)


@layer_rule(
    Rule(
        "SIL053",
        "fixed-mode",
        "A call fixes the mode: `training=True` or `training=False`.",
        Severity.SILENT,
        applies_to="<3",
        before="base(x, training=False); BatchNormalization()(x, training=True)",
        after='{"class_name": "keras_migrate>FixedMode", "config": {"layer": …}}, called with {mode: false}',
        why="Keras 3 overrides `training` in every call in a Functional model with the mode of the model, on all "
        "backends: the moving mean of a base that was called with `training=False` went from 0 to 0.6 in one `fit`. "
        "A layer in `custom_objects.py` contains the called one and passes it the mode of its call.",
    ),
    Step.KERAS_3,
)
def fixed_mode(layer: Layer, era: Era) -> Layer:
    """Put the layer into one whose calls name the mode; calls that name none follow the model.

    Raises:
        MigrationError: ``SIL058`` for a call that draws at random in inference.
    """
    if not _says(layer) or layer.class_name in _FUNCTIONS:
        return layer
    drawing = [part.name for part, _ in dependent_parts(layer) if _draws(part)]
    if True in _modes(layer) and drawing:
        raise MigrationError(
            "SIL058",
            f"{layer.class_name} {layer.name!r} is called with training=True, so that {', '.join(drawing)} is random "
            "in inference: no two runs give comparable outputs",
            "Build the model without the argument and save it again; call it with model(x, training=True) to "
            "sample.",
            place=layer.name,
        )
    nodes = tuple(_with_mode(node) for node in layer.nodes)
    return Layer(
        FIXED_MODE,
        layer.name,
        {"name": layer.name},
        nodes,
        children={"layer": replace(layer, nodes=())},
        registered_name=f"keras_migrate>{FIXED_MODE}",
    )


def _says(layer: Layer) -> bool:
    return any(isinstance(node.kwargs.get(_ARGUMENT), bool | int) for node in layer.nodes)


def _modes(layer: Layer) -> set[bool | None]:
    """The modes that the calls of a layer fix; None for a call that follows the model."""
    given = (node.kwargs.get(_ARGUMENT) for node in layer.nodes)
    return {bool(mode) if isinstance(mode, bool | int) else None for mode in given}


def _draws(part: Layer) -> bool:
    return draws_at_random(part) or part.class_name.startswith("Random")


def _is_frozen(part: Layer, trainable: bool) -> bool:
    return part.class_name in BATCH_STATISTICS and part.registered_name is None and not trainable


def _without_argument(layer: Layer) -> Layer:
    nodes = tuple(Node(n.args, {k: v for k, v in n.kwargs.items() if k != _ARGUMENT}) for n in layer.nodes)
    return replace(layer, nodes=nodes)


def _with_mode(node: Node) -> Node:
    kwargs = {key: value for key, value in node.kwargs.items() if key != _ARGUMENT}
    mode = node.kwargs.get(_ARGUMENT)
    return Node(node.args, {**kwargs, "mode": bool(mode)} if isinstance(mode, bool | int) else kwargs)
