"""Models quantised by TensorFlow Model Optimization (tfmot 0.5 to 0.8): wrappers with ranges of weights and outputs.

Sources: ``quantization/keras/quantize_wrapper.py``, ``quantize_layer.py``, ``quantize_aware_activation.py`` and
``default_8bit/default_8bit_quantize_registry.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrate.capsule.model import Array, Layer, TensorRef, structure_refs
from migrate.dialects.aliases import same_values
from migrate.dialects.ecosystem.model_optimization import PACKAGE, without_mask
from migrate.dialects.fake_quantisation import quantised
from migrate.dialects.foreign import (
    Around,
    Foreign,
    as_wrapped,
    graph_adapter,
    refusal,
    unchanged,
)
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.packaged import declare_object
from migrate.dialects.variables import own_roles
from migrate.findings import Fix, Rule, Severity
from migrate.formats.artifact import SavedArray

_BEFORE = frozenset({"softmax", "sigmoid", "tanh", "gelu"})
"""Activations whose input is quantised (``QuantizeAwareActivation._PRE_QUANT_ACTIVATIONS``)."""
_BEHIND = frozenset({"linear", "relu", "swish", "gelu"})
"""Activations whose output is quantised."""
_WHOLE = frozenset({"relu", "swish", "gelu", "relu6"})
"""Activation layers whose output is quantised (``Default8BitActivationQuantizeConfig``)."""
_NO_ACTIVATION = "NoOpActivation"
_STEP = "optimizer_step"


@dataclass(frozen=True, slots=True)
class _Scheme:
    """What a configuration of the package says to quantise.

    Attributes:
        weights: attributes of the layer.
        by_channel: a range for each element of the last axis of a weight.
        activations: attributes of the layer.
        output: whether its output is quantised.
    """

    weights: tuple[str, ...] = ()
    by_channel: bool = False
    activations: tuple[str, ...] = ()
    output: bool = False


_BY_CHANNEL = {
    "Default8BitQuantizeConfig": False,
    "Default8BitConvQuantizeConfig": True,
    "Default8BitConvTransposeQuantizeConfig": False,
}


def _scheme(layer: Layer) -> _Scheme | None:
    """The scheme of a wrapped layer; None for a configuration that is not one of the package's for 8 bits."""
    stored = layer.config.get("quantize_config")
    if not isinstance(stored, Mapping):
        return None
    name, config = str(stored.get("class_name")).rpartition(">")[2], stored.get("config") or {}
    if name in _BY_CHANNEL:
        return _Scheme(
            tuple(config.get("weight_attrs", ())),
            _BY_CHANNEL[name],
            tuple(config.get("activation_attrs", ())),
            bool(config.get("quantize_output")),
        )
    if name == "NoOpQuantizeConfig":
        return _Scheme()
    if name == "Default8BitOutputQuantizeConfig":
        return _Scheme(output=bool(config.get("quantize_output", True)))
    if name == "Default8BitActivationQuantizeConfig":
        known = _activation(layer.children["layer"], "activation") in _WHOLE
        return _Scheme(output=known and bool(config.get("quantize_output", True)))
    return None


def _activation(inner: Layer, attribute: str) -> str:
    """The activation that a wrapped layer had before it was quantised."""
    stored = inner.config.get(attribute)
    while isinstance(stored, Mapping):
        if str(stored.get("class_name")).rpartition(">")[2] == _NO_ACTIVATION:
            return _NO_ACTIVATION
        config = stored.get("config")
        stored = config.get("activation", stored.get("class_name")) if isinstance(config, Mapping) else config
    return str(stored or "linear")


declare_object("QuantizeAwareActivation", frozenset({"activation"}))
declare_object(_NO_ACTIVATION, frozenset())


def _ranges(name: str) -> tuple[str, str]:
    return f"{name}_min", f"{name}_max"


def _of_wrapper(layer: Layer) -> tuple[str, ...]:
    return (_STEP, *(role for name in _quantised_names(layer) for role in _ranges(name)))


def _quantised_names(layer: Layer) -> Iterator[str]:
    """Names of what has a range, in the order in which the wrapper makes them."""
    scheme = _scheme(layer) or _Scheme()
    yield from scheme.weights
    for attribute in scheme.activations:
        name = _activation(layer.children["layer"], attribute)
        if name in _BEFORE:
            yield "pre_activation"
        if name in _BEHIND:
            yield "post_activation"
    if scheme.output:
        yield "output"


def once_each(layer: Layer, arrays: list[SavedArray]) -> list[SavedArray]:
    """The arrays of a wrapper in an archive: its own as ``vars/N``, those of the layer inside as ``layer/vars/N``.

    An archive lists as the wrapper's what the layer trains, once more what is rounded of it, and what is the wrapper's
    own; as the layer's what is not rounded, for the package puts the rounded value in the variable's place. Arrays that
    are not held so are given back as they are.
    """
    listed, inside = _numbered(arrays, "vars/"), _numbered(arrays, "layer/vars/")
    rounded_ones = (_scheme(layer) or _Scheme()).weights
    roles = own_roles(layer.children["layer"]) or ()
    first_own = len(listed) - len(_of_wrapper(layer))
    first_rounded = first_own - len(rounded_ones)
    fits = len(listed) + len(inside) == len(arrays) and len(inside) + len(rounded_ones) == len(roles)
    if not fits or first_rounded < 0 or not set(rounded_ones) <= set(roles):
        return arrays
    rounded = dict(zip(rounded_ones, listed[first_rounded:first_own], strict=True))
    others = iter(inside)
    inner = [rounded[role] if role in rounded else next(others) for role in roles]
    if not all(any(same_values(copy, array) for array in inner) for copy in listed[:first_rounded]):
        return arrays
    own = [replace(array, name=f"vars/{at}") for at, array in enumerate(listed[first_own:])]
    return own + [replace(array, name=f"layer/vars/{at}") for at, array in enumerate(inner)]


def _numbered(arrays: list[SavedArray], head: str) -> list[SavedArray]:
    """Those of which the name is the head and a number, by number."""
    found = [array for array in arrays if re.fullmatch(rf"{head}\d+", array.name)]
    return sorted(found, key=lambda array: int(array.name.removeprefix(head)))


def _of_layer(layer: Layer) -> tuple[str, ...]:
    ranges = _ranges(layer.name) if layer.config.get("quantizer") else ()
    return (*ranges, _STEP)


@graph_adapter(
    Rule(
        "ECO112",
        "quantised-layer",
        "The layer is wrapped for quantisation-aware training by TensorFlow Model Optimization.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "QuantizeWrapperV2", "config": {"quantize_config": {"class_name": '
        '"Default8BitConvQuantizeConfig", …}, "layer": {"class_name": "Conv2D", …}}}',
        after="Conv2D with the kernel rounded to its 8 bits, then clip, floor and scale as operations",
        why="In every call, the wrapper rounds the kernel, and the output or input of the activation, to 256 values "
        "between the stored ends of a range. The kernel is stored rounded; activations are rounded by operations, "
        "whose gradient is that of TensorFlow's fake quantisation. Continued training neither moves the ranges nor "
        "rounds the kernel again. A difference of 1e-7 before a rounding can become a whole step after it: deep "
        "models may differ by that, and are then not reported as migrated.",
        references=("tensorflow/model-optimization#1141",),
    ),
    *(
        Foreign(
            PACKAGE,
            "tfmot",
            name,
            keys=frozenset({"quantize_config"}),
            roles=_of_wrapper,
            archived=once_each,
            shape=as_wrapped,
        )
        for name in ("QuantizeWrapper", "QuantizeWrapperV2")
    ),
)
def wrapped(layer: Layer, around: Around) -> Fragment:
    """The layer with rounded weights, and operations that round what flows.

    Raises:
        MigrationError: ``ECO090`` for configurations that are not those of the package for 8 bits.
    """
    inner, scheme = without_mask(layer.children["layer"]), _scheme(layer)
    if scheme is None:
        name = (layer.config.get("quantize_config") or {}).get("class_name")
        raise refusal(layer, f"its configuration {name} is not one of the package's 8-bit configurations")
    if not layer.weights:
        raise refusal(layer, "the file contains no ranges")
    if inner.children or inner.model is not None:
        raise refusal(layer, f"the wrapped {inner.class_name} contains layers itself")
    weights = dict(inner.weights)
    for role in scheme.weights:
        weights[role] = _rounded(layer, role, weights[role], scheme.by_channel)
    activations = {name: _activation(inner, name) for name in scheme.activations}
    if len(activations) > 1 or any(
        name not in _BEFORE | _BEHIND | {_NO_ACTIVATION} for name in activations.values()
    ):
        raise refusal(layer, "its activations are not those that the package quantises")
    plain = dict.fromkeys(activations, "linear")
    fragment = Fragment(layer)
    refs = list(structure_refs(layer.nodes[0].args)) if layer.nodes else []
    given: Any = [fragment.input(at) for at in range(len(refs))] if len(refs) > 1 else fragment.input()
    config = {key: value for key, value in inner.config.items() if key not in ("name", "batch_input_shape")}
    output = fragment.add(inner.class_name, "layer", given, {**config, **plain}, weights)
    for name in activations.values():
        if name in _BEFORE:
            output = _fake(fragment, "pre_activation", output)
        if name not in ("linear", _NO_ACTIVATION):
            output = fragment.add("Activation", "activation", output, {"activation": name})
        if name in _BEHIND:
            output = _fake(fragment, "post_activation", output)
    if scheme.output:
        _fake(fragment, "output", output)
    return fragment


@graph_adapter(
    Rule(
        "ECO113",
        "quantised-input",
        "The layer rounds its input to the 8 bits of TensorFlow Model Optimization.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "QuantizeLayer", "config": {"quantizer": {"class_name": "AllValuesQuantizer", …}}}',
        after="clip, floor and scale as operations, with the stored ends of the range",
        why="The same rounding as after each layer (ECO112), applied to the model's input.",
        references=("tensorflow/model-optimization#1141",),
    ),
    Foreign(
        PACKAGE, "tfmot", "QuantizeLayer", keys=frozenset({"quantizer"}), roles=_of_layer, shape=unchanged
    ),
)
def tensor(layer: Layer, around: Around) -> Fragment:
    """Operations that round.

    Raises:
        MigrationError: ``ECO090`` for quantisers of a project's own.
    """
    fragment = Fragment(layer)
    stored = layer.config.get("quantizer")
    if not stored:
        fragment.add("Activation", "same", fragment.input(), {"activation": "linear"})
        return fragment
    name = str(stored.get("class_name")).rpartition(">")[2]
    if name not in ("AllValuesQuantizer", "MovingAverageQuantizer") or not layer.weights:
        raise refusal(layer, f"its quantiser {name} is not one of the package's for inputs, or has no range")
    _fake(fragment, layer.name, fragment.input(), stored.get("config") or {})
    return fragment


def _rounded(layer: Layer, role: str, weight: Array, by_channel: bool) -> Array:
    low, high = (layer.weights[name] for name in _ranges(role))
    if by_channel:
        return quantised(weight, low, high, narrow_range=True)
    return quantised(weight, float(low), float(high), narrow_range=True)


def _fake(
    fragment: Fragment, name: str, source: TensorRef, config: Mapping[str, Any] | None = None
) -> TensorRef:
    """A call of TensorFlow's fake quantisation with the stored range of a name."""
    low, high = (float(fragment.owner.weights[role]) for role in _ranges(name))
    settings = {key: config[key] for key in ("num_bits", "narrow_range") if config and key in config}
    function = {"function": "quantization.fake_quant_with_min_max_vars"}
    return fragment.add("TFOpLambda", f"{name}_rounded", source, function, min=low, max=high, **settings)
