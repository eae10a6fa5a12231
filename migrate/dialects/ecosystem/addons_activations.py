"""Activations of TensorFlow Addons (``tensorflow_addons/activations`` of 0.23), which files name ``Addons>mish``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrate.capsule.model import Layer, Model, TensorRef
from migrate.dialects.foreign import declare_unmasked, must_be_single, refusal
from migrate.dialects.graph_rewrites import Fragment, replace_by_graph, to_functional
from migrate.dialects.packaged import declare_function
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Fix, Rule, Severity
from migrate.formats.own_names import ACTIVATION_KEYS

_PREFIX = "Addons>"
_AT_THE_END = frozenset(
    {"Activation", "Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose"}
    | {"Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"}
    | {"LocallyConnected1D", "LocallyConnected2D"}
)
"""Classes whose activation is the last that they do."""
_SHRINK = 0.5
_SLOPE = (0.125 + 1 / 3) / 2
"""What `rrelu` multiplies negative numbers with outside of training."""


def _times_tanh(fragment: Fragment, x: TensorRef, inside: TensorRef) -> None:
    fragment.operation("bent", "math.multiply", x, y=fragment.operation("tanh", "math.tanh", inside))


def _gelu(fragment: Fragment, x: TensorRef) -> None:
    fragment.operation("gelu", "nn.gelu", x, approximate=True)


def _mish(fragment: Fragment, x: TensorRef) -> None:
    _times_tanh(fragment, x, fragment.operation("plus", "math.softplus", x))


def _lisht(fragment: Fragment, x: TensorRef) -> None:
    _times_tanh(fragment, x, x)


def _tanhshrink(fragment: Fragment, x: TensorRef) -> None:
    fragment.operation("less", "math.subtract", x, y=fragment.operation("tanh", "math.tanh", x))


def _softshrink(fragment: Fragment, x: TensorRef) -> None:
    inside = fragment.operation("inside", "clip_by_value", x, clip_value_min=-_SHRINK, clip_value_max=_SHRINK)
    fragment.operation("less", "math.subtract", x, y=inside)


def _hardshrink(fragment: Fragment, x: TensorRef) -> None:
    far = fragment.operation("far", "math.greater", fragment.operation("size", "math.abs", x), y=_SHRINK)
    fragment.operation("kept", "math.multiply", x, y=fragment.operation("mask", "cast", far, dtype="float32"))


def _snake(fragment: Fragment, x: TensorRef) -> None:
    wave = fragment.operation("wave", "math.cos", fragment.operation("twice", "math.multiply", x, y=2.0))
    half = fragment.add("Rescaling", "half", wave, {"scale": -0.5, "offset": 0.5})
    fragment.operation("sum", "math.add", x, y=half)


def _rrelu(fragment: Fragment, x: TensorRef) -> None:
    fragment.operation("leaky", "nn.leaky_relu", x, alpha=_SLOPE)


_PARTS: Mapping[str, Callable[[Fragment, TensorRef], None]] = {
    f"{_PREFIX}{name}": parts
    for name, parts in {
        "gelu": _gelu,
        "mish": _mish,
        "lisht": _lisht,
        "tanhshrink": _tanhshrink,
        "softshrink": _softshrink,
        "hardshrink": _hardshrink,
        "snake": _snake,
        "rrelu": _rrelu,
    }.items()
}
NAMES = tuple(_PARTS)
"""As files name them."""
for _name in NAMES:
    declare_function(_name)
declare_unmasked(lambda layer: layer.config.get("activation") in NAMES)


@model_rule(
    Rule(
        "ECO108",
        "addons-activations",
        "Activations of TensorFlow Addons become operations after their layer.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Dense", "config": {"units": 4, "activation": "Addons>mish", …}}',
        after="Dense without an activation, then x tanh(softplus(x)) as operations",
        why="Keras has functions with some of these names, partly with different defaults: `gelu` of Addons is the "
        "tanh form, Keras' own the exact one. (tf.keras 2.13 to 2.15 write `gelu` and `mish` of Addons without the "
        "package, and load Keras' own.) `rrelu` draws its slope in training; the migrated model uses the mean "
        "slope, which Addons uses outside training, in training as well. A layer that a mask reaches is refused: "
        "operations lose the mask.",
        references=("https://www.tensorflow.org/addons/api_docs/python/tfa/activations",),
    ),
    Step.ECOSYSTEM,
)
def activations(model: Model, era: Era) -> Model:
    """Operations in place of each activation.

    Raises:
        MigrationError: ``ECO090`` where a layer applies one inside of it, or does not compute in float32.
    """
    for layer in model.layers:
        _refuse_inside(layer)
        stored = layer.config.get("activation")
        if not isinstance(stored, str) or stored not in _PARTS:
            continue
        must_be_single(layer)
        graph = to_functional(model)
        owner = graph.layer(layer.name)
        fragment = Fragment(owner)
        x = fragment.input()
        if layer.class_name != "Activation":
            x = fragment.add(
                layer.class_name, "linear", x, {**owner.config, "activation": "linear"}, owner.weights
            )
        _PARTS[stored](fragment, x)
        model = replace_by_graph(graph, layer.name, fragment.parts)
    return model


def _refuse_inside(layer: Layer, *, wrapped: bool = False) -> None:
    """Refuse activations that are applied at each step, or inside a wrapper."""
    for child in layer.children.values():
        _refuse_inside(child, wrapped=True)
    for key in sorted(ACTIVATION_KEYS & layer.config.keys()):
        stored = layer.config[key]
        last = key == "activation" and layer.class_name in _AT_THE_END and not wrapped
        if isinstance(stored, str) and stored in _PARTS and not last:
            raise refusal(layer, f"it applies {stored} inside")
