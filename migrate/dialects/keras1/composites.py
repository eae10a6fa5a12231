"""Layers that Keras 2 dropped, written with stock layers: MaxoutDense, Highway, SReLU, ParametricSoftplus.

Source: ``keras/layers/core.py`` and ``advanced_activations.py`` of 1.2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.graph_rewrites import Chain, Fragment, expand_chains, expand_graphs
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import MigrationError, Rule, Severity

_LETTERS = "bcdefghijklm"
_KEPT = ("kernel_initializer", "kernel_regularizer", "bias_regularizer", "use_bias")


@model_rule(
    Rule(
        "CFG103",
        "maxout-dense",
        "MaxoutDense was removed in Keras 2.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "MaxoutDense", "config": {"output_dim": 4, "nb_feature": 3}}',
        after="Dense(12) → Reshape((3, 4)) → GlobalMaxPooling1D",
        why="The layer is the maximum over `nb_feature` linear maps: one Dense layer computes them all, and pooling "
        "over the maps takes the maximum. The result trains as the original did.",
    ),
    Step.KERAS_1,
)
def maxout_dense(model: Model, era: Era) -> Model:
    """Replace each MaxoutDense by a chain of stock layers."""
    return expand_chains(model, {"MaxoutDense"}, _maxout_chain)


def _maxout_chain(layer: Layer) -> Chain:
    config = layer.config
    features, units = int(config["nb_feature"]), int(config["units"])
    _refuse(layer, "kernel_constraint", "bias_constraint")
    weights: dict[str, Array] = {}
    if "W" in layer.weights:  # (features, inputs, units)
        weights["kernel"] = layer.weights["W"].transpose(1, 0, 2).reshape(-1, features * units)
    if "b" in layer.weights:  # (features, units)
        weights["bias"] = layer.weights["b"].reshape(-1)
    kept = {key: config[key] for key in ("trainable", *_KEPT) if key in config}
    activity = (
        {"activity_regularizer": config["activity_regularizer"]} if config.get("activity_regularizer") else {}
    )
    return [
        Layer("Dense", f"{layer.name}_maps", {"units": features * units, **kept}, weights=weights),
        Layer("Reshape", f"{layer.name}_split", {"target_shape": [features, units]}),
        Layer("GlobalMaxPooling1D", layer.name, activity),
    ]


@model_rule(
    Rule(
        "CFG104",
        "highway",
        "Highway was removed in Keras 2.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Highway", "config": {"activation": "relu"}}',
        after="x + Dense(sigmoid)(x) * (Dense(relu)(x) - x), of Dense, Subtract, Multiply and Add",
        why="The layer mixes its input with a transformation of it by a learned gate t: t * f(x) + (1 - t) * x. "
        "Stock layers compute the same, with the same trainable weights.",
    ),
    Step.KERAS_1,
)
def highway(model: Model, era: Era) -> Model:
    """Replace each Highway by a small graph of stock layers."""
    return expand_graphs(model, {"Highway"}, _highway_graph)


def _highway_graph(layer: Layer) -> Fragment:
    config, weights = layer.config, layer.weights
    kernel = weights.get("W")
    if kernel is None:
        raise MigrationError(
            "CFG105",
            f"only its weights show the size of Highway {layer.name!r}, and there are none",
            "Supply the weights with the architecture.",
            place=layer.name,
        )
    units = int(kernel.shape[1])
    fragment = Fragment(layer)
    x = fragment.input()
    use_bias = config.get("use_bias", True)
    transform = {
        key: config[key] for key in (*_KEPT, "kernel_constraint", "bias_constraint") if key in config
    }
    transformed = fragment.add(
        "Dense",
        "transform",
        x,
        {"units": units, "activation": config.get("activation", "linear"), **transform},
        _dense(kernel, weights.get("b")),
    )
    gate = fragment.add(
        "Dense",
        "gate",
        x,
        {"units": units, "activation": "sigmoid", "use_bias": use_bias},
        _dense(weights["W_carry"], weights.get("b_carry")),
    )
    change = fragment.add("Subtract", "change", [transformed, x])
    gated = fragment.add("Multiply", "gated", [gate, change])
    activity = (
        {"activity_regularizer": config["activity_regularizer"]} if config.get("activity_regularizer") else {}
    )
    fragment.add("Add", "sum", [x, gated], activity)
    return fragment


def _dense(kernel: Array, bias: Array | None) -> dict[str, Array]:
    return {"kernel": kernel} if bias is None else {"kernel": kernel, "bias": bias}


@model_rule(
    Rule(
        "CFG106",
        "parametric-softplus",
        "ParametricSoftplus was removed in Keras 2.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "ParametricSoftplus", "config": {"alpha_init": 0.2, "beta_init": 5.0}}',
        after='EinsumDense("abc,bc->abc", activation="softplus") → EinsumDense("abc,bc->abc")',
        why="alpha * softplus(beta * x) with one alpha and one beta per element. An EinsumDense without a sum "
        "multiplies by a trained number per element, so the two parameters stay parameters.",
    ),
    Step.KERAS_1,
)
def parametric_softplus(model: Model, era: Era) -> Model:
    """Replace each ParametricSoftplus by two products by element."""
    shapes = _own_shapes(model)
    return expand_chains(
        model, {"ParametricSoftplus"}, lambda layer: _softplus_chain(layer, shapes.get(layer.name))
    )


def _own_shapes(model: Model) -> dict[str, Shape]:
    """Shape of each layer's first output; for the layers here, of its input too."""
    return {ref.layer: shape for ref, shape in infer_shapes(model).items() if ref.node == ref.tensor == 0}


def _softplus_chain(layer: Layer, sizes: Shape | None) -> Chain:
    scale = by_element(layer.weights, "betas", layer.name, sizes)
    amplitude = by_element(layer.weights, "alphas", layer.name, sizes)
    return [
        Layer(
            "EinsumDense",
            f"{layer.name}_beta",
            {**scale[0], "activation": "softplus"},
            weights={"kernel": scale[1]},
        ),
        Layer("EinsumDense", layer.name, amplitude[0], weights={"kernel": amplitude[1]}),
    ]


def by_element(
    weights: Mapping[str, Array], role: str, place: str, sizes: Shape | None = None
) -> tuple[dict[str, Any], Array]:
    """Configuration and kernel of an EinsumDense that multiplies by one number for each element.

    Args:
        weights: role to array; the array has the shape of the input without the batch, 1 on shared axes.
        role: of the factors.
        place: layer name for the refusal.
        sizes: shape of the layer's input with the batch, as far as it is known: says the sizes of shared axes.

    Raises:
        MigrationError: ``CFG105`` without weights, for they alone tell the shape.
    """
    factors = weights.get(role)
    if factors is None:
        raise MigrationError(
            "CFG105",
            f"only its weights show the shape of {place!r}, and there are none",
            "Supply the weights with the architecture.",
            place=place,
        )
    axes = _LETTERS[: factors.ndim]
    own = [axis for axis, size in enumerate(factors.shape) if size != 1] or [factors.ndim - 1]
    letters = "".join(axes[axis] for axis in own)
    known = sizes[1:] if sizes is not None else (None,) * factors.ndim
    shape = [size if axis in own else known[axis] for axis, size in enumerate(factors.shape)]
    config = {"equation": f"a{axes},{letters}->a{axes}", "output_shape": shape}
    return config, factors.reshape([factors.shape[axis] for axis in own])


@model_rule(
    Rule(
        "CFG107",
        "srelu",
        "SReLU was removed in Keras 2.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "SReLU"} with t_left, a_left, t_right, a_right',
        after="x + (1 - a_left) * relu(t_left - x) + (a_right - 1) * relu(x - t_left - |t_right|), of EinsumDense "
        "and Add",
        why="The S-shaped unit is piecewise linear in three pieces with four trained numbers per element. "
        "EinsumDense layers without a sum hold thresholds and slopes. Values are the same; in training, the "
        "thresholds have their own scale, which the original fixed at 1.",
    ),
    Step.KERAS_1,
)
def srelu(model: Model, era: Era) -> Model:
    """Replace each SReLU by a graph of stock layers."""
    shapes = _own_shapes(model)
    return expand_graphs(model, {"SReLU"}, lambda layer: _srelu_graph(layer, era, shapes.get(layer.name)))


def _srelu_graph(layer: Layer, era: Era, sizes: Shape | None) -> Fragment:
    config, left = by_element(layer.weights, "t_left", layer.name, sizes)
    distance, lower, upper = (
        by_element(layer.weights, role, layer.name)[1] for role in ("t_right", "a_left", "a_right")
    )
    right = left + np.abs(distance)
    one = np.ones_like(left)
    letters = config["equation"].split(",")[1].split("->")[0]
    biased = {**config, "bias_axes": letters, "activation": "relu"}
    # A bias has all axes from its first one on, of size 1 where it is shared.
    full = layer.weights["t_left"].shape
    bias = full[next((axis for axis, size in enumerate(full) if size != 1), len(full) - 1) :]
    fragment = Fragment(layer)
    x = fragment.input()
    outside = fragment.add("EinsumDense", "below", x, biased, {"kernel": -one, "bias": left.reshape(bias)})
    terms = [x, fragment.add("EinsumDense", "left", outside, config, {"kernel": one - lower})]
    if era.backend == "theano" and (lower < 0).any():
        # Theano's relu bounds the left piece too, where a negative slope makes it rise again.
        risen = fragment.add(
            "EinsumDense",
            "risen",
            outside,
            biased,
            {"kernel": -lower, "bias": -np.abs(distance).reshape(bias)},
        )
        terms.append(fragment.add("EinsumDense", "bound", risen, config, {"kernel": -one}))
    above = fragment.add("EinsumDense", "above", x, biased, {"kernel": one, "bias": -right.reshape(bias)})
    above = fragment.add("EinsumDense", "right", above, config, {"kernel": upper - one})
    fragment.add("Add", "sum", [*terms, above])
    return fragment


@layer_rule(
    Rule(
        "CFG108",
        "prelu-shared-axes",
        "The axes along which a PReLU shares its slopes are not stored.",
        Severity.ERROR,
        applies_to="<2.1",
        before='{"class_name": "PReLU", "config": {"init": "zero"}}, slopes of shape (1, 3)',
        after='{"class_name": "PReLU", "config": {"alpha_initializer": "zeros", "shared_axes": [1]}}',
        why="Keras 1.2 accepted `shared_axes` but did not write it. The shape of the slopes shows it: an axis of "
        "size 1 is shared.",
    ),
    Step.KERAS_1,
    "PReLU",
)
def prelu_shared_axes(layer: Layer, era: Era) -> Layer:
    """Tell the shared axes from the slopes."""
    alpha = layer.weights.get("alpha")
    if alpha is None or layer.config.get("shared_axes"):
        return layer
    shared = [axis + 1 for axis, size in enumerate(alpha.shape) if size == 1]
    return layer.with_config(shared_axes=shared) if shared else layer


def _refuse(layer: Layer, *keys: str) -> None:
    """Refuse a constraint that the replacement would apply to another axis."""
    for key in keys:
        if layer.config.get(key):
            raise MigrationError(
                "CFG109",
                f"{layer.class_name} {layer.name!r} has a {key}, which its replacement by stock layers would apply "
                "along another axis",
                "Remove the constraint from the configuration if the model is not trained further.",
                place=layer.name,
            )
