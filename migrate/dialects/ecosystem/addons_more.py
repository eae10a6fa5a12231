"""Further layers of TensorFlow Addons with variables, and activations that are layers (``layers`` of 0.23)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.ecosystem.addons_layers import ADDONS, PACKAGE
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal, unchanged, weight_of
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_REFERENCES = ("tensorflow/addons#2807",)
_HEADS = ("query", "key", "value")
_SEQUENCES = 3
"""Axes of a batch of sequences of vectors."""


def _foreign(name: str, *roles: str, when: str = "") -> Foreign:
    """A class whose last role it has only where its configuration says so."""
    return Foreign(
        PACKAGE,
        "Addons",
        name,
        ADDONS,
        roles=lambda layer: roles if not when or layer.config.get(when) else roles[:-1],
        shape=unchanged,
        unmasked=True,
    )


@graph_adapter(
    Rule(
        "ECO109",
        "addons-activation-layers",
        "GELU, Snake and TLU of TensorFlow Addons become operations.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>TLU", "config": {"affine": true, "tau_initializer": …}}',
        after="the greater of x and alpha x + tau, as operations",
        why="What Snake and TLU learned becomes constants: training on from here leaves it as it is. A mask that "
        "reaches one of them is refused: operations lose it.",
        references=_REFERENCES,
    ),
    _foreign("GELU"),
    _foreign("Snake", "frequency"),
    _foreign("TLU", "tau", "alpha", when="affine"),
)
def activation_layers(layer: Layer, around: Around) -> Fragment:
    """The operations of each.

    Raises:
        MigrationError: ``ECO090`` without weights.
    """
    fragment = Fragment(layer)
    _MADE[layer.class_name](layer, fragment, fragment.input())
    return fragment


def _gelu(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    fragment.operation("gelu", "nn.gelu", x, approximate=bool(layer.config.get("approximate", True)))


def _snake(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """``x + (1 - cos(2 a x)) / (2 a)``."""
    twice = 2.0 * np.float64(weight_of(layer, "frequency"))  # of NumPy: 0 where an inspection reads no values
    wave = fragment.operation(
        "wave", "math.cos", fragment.operation("scaled", "math.multiply", x, y=float(twice))
    )
    bent = {"scale": float(-1 / twice), "offset": float(1 / twice)}
    fragment.add("Add", "sum", [x, fragment.add("Rescaling", "bent", wave, bent)])


def _tlu(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """``max(x, alpha x + tau)``; alpha is 0 unless the layer is affine."""
    tau = weight_of(layer, "tau")
    alpha = weight_of(layer, "alpha") if layer.config.get("affine") else np.zeros_like(tau)
    floor = fragment.add("Rescaling", "floor", x, {"scale": alpha.tolist(), "offset": tau.tolist()})
    fragment.add("Maximum", "higher", [x, floor])


_MADE = {"Addons>GELU": _gelu, "Addons>Snake": _snake, "Addons>TLU": _tlu}


@graph_adapter(
    Rule(
        "ECO116",
        "addons-filter-response",
        "FilterResponseNormalization of TensorFlow Addons divides by the root of the mean square over an image.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>FilterResponseNormalization", "config": {"axis": [1, 2], "epsilon": 1e-06, …}}',
        after="mean of squares and division as operations, then EinsumDense with gamma and beta",
        why="No normalization of Keras leaves the mean where it is over rows and columns. Gamma and beta stay weights; "
        "an epsilon that was learned becomes a constant.",
        references=_REFERENCES,
    ),
    Foreign(
        PACKAGE,
        "Addons",
        "FilterResponseNormalization",
        ADDONS,
        roles=lambda layer: (
            *(("learned_epsilon",) if layer.config.get("learned_epsilon") else ()),
            "gamma",
            "beta",
        ),
        shape=unchanged,
    ),
)
def filter_response(layer: Layer, around: Around) -> Fragment:
    """Operations for the normalization, and a layer for gamma and beta.

    Raises:
        MigrationError: ``ECO090`` without weights, and where the size of the input is not known.
    """
    gamma, beta, shape = weight_of(layer, "gamma"), weight_of(layer, "beta"), around(0)
    if shape is None or None in shape[1:]:
        raise refusal(layer, "the size of its input is not known")
    epsilon = abs(float(layer.config["epsilon"]))
    if layer.config.get("learned_epsilon"):
        epsilon += abs(float(weight_of(layer, "learned_epsilon").item()))
    fragment = Fragment(layer)
    x = fragment.input()
    square = fragment.operation("square", "math.square", x)
    mean = fragment.operation("mean", "math.reduce_mean", square, axis=[1, 2], keepdims=True)
    root = fragment.operation("root", "math.sqrt", fragment.operation("padded", "math.add", mean, y=epsilon))
    normed = fragment.operation("normed", "math.truediv", x, y=root)
    config = {
        "equation": "abcd,d->abcd",
        "output_shape": list(shape[1:]),
        "bias_axes": "d",
        "activation": "linear",
    }
    fragment.add(
        "EinsumDense", "scaled", normed, config, {"kernel": gamma.reshape(-1), "bias": beta.reshape(-1)}
    )
    return fragment


def _attended(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    size = layer.config.get("output_size") or inputs[-1][-1]
    return (*inputs[0][:-1], size)


@graph_adapter(
    Rule(
        "ECO117",
        "addons-attention",
        "MultiHeadAttention of TensorFlow Addons is Keras' own with other kernels.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>MultiHeadAttention", "config": {"head_size": 8, "num_heads": 2, …}}',
        after='{"class_name": "MultiHeadAttention", "config": {"key_dim": 8, "num_heads": 2, …}}',
        why="Kernels are stored by head first, and only the last projection has a bias: those of query, key and value "
        "are 0 here, and learn when the model is trained on. A mask, and a layer that gives its weights, are refused.",
        references=_REFERENCES,
    ),
    Foreign(
        PACKAGE,
        "Addons",
        "MultiHeadAttention",
        ADDONS,
        roles=lambda layer: (
            *(f"{name}_kernel" for name in (*_HEADS, "projection")),
            *(("projection_bias",) if layer.config.get("use_projection_bias", True) else ()),
        ),
        shape=_attended,
    ),
)
def attention(layer: Layer, around: Around) -> Fragment:
    """The stock layer.

    Raises:
        MigrationError: ``ECO090`` without weights, with a mask, for more axes, and where it gives its weights too.
    """
    config = layer.config
    if config.get("return_attn_coef"):
        raise refusal(layer, "it gives the weights of its attention as well")
    if any(call.kwargs.get("mask") is not None for call in layer.nodes):
        raise refusal(layer, "it is called with a mask")
    shape = around(0)
    if shape is not None and len(shape) != _SEQUENCES:
        raise refusal(layer, "it looks along one of several axes, and Keras' own along all of them")
    kernels = {name: weight_of(layer, f"{name}_kernel") for name in _HEADS}
    projection, bias = weight_of(layer, "projection_kernel"), layer.weights.get("projection_bias")
    weights = {f"{name}/kernel": np.transpose(kernel, (1, 0, 2)) for name, kernel in kernels.items()}
    weights["attention_output/kernel"] = projection
    if bias is not None:
        weights |= {
            f"{name}/bias": np.zeros((k.shape[0], k.shape[2]), k.dtype) for name, k in kernels.items()
        }
        weights["attention_output/bias"] = bias
    stock = {
        "num_heads": int(config["num_heads"]),
        "key_dim": int(config["head_size"]),
        "value_dim": int(config["head_size"]),
        "dropout": float(config.get("dropout", 0.0)),
        "use_bias": bias is not None,
        "output_shape": [int(projection.shape[-1])],
    }
    fragment = Fragment(layer)
    count = len(list(layer.nodes[0].refs())) if layer.nodes else 2
    query, key, value = (fragment.input(at) for at in (0, 1, count - 1))
    if shape is None:  # what changes nothing, and cannot be built for more axes
        query = fragment.add("Permute", "sequence", query, {"dims": [1, 2]})
    fragment.add("MultiHeadAttention", "attention", query, stock, weights, value=value, key=key)
    return fragment


@graph_adapter(
    Rule(
        "ECO118",
        "addons-crossing",
        "PolynomialCrossing of TensorFlow Addons multiplies features by a dense layer of them.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>PolynomialCrossing", "config": {"projection_dim": null, "diag_scale": 0.0, …}}',
        after="Add([Multiply([x0, Dense(x)]), x]) and the bias",
        why="It is x0 * (W x + diag_scale x) + x + b, where W may be the product of two smaller matrices. The bias "
        "stands outside of the product and becomes a constant. A mask that reaches the layer is refused: it loses it.",
        references=_REFERENCES,
    ),
    Foreign(
        PACKAGE,
        "Addons",
        "PolynomialCrossing",
        ADDONS,
        roles=lambda layer: (
            *(("kernel",) if layer.config.get("projection_dim") is None else ("kernel_u", "kernel_v")),
            *(("bias",) if layer.config.get("use_bias", True) else ()),
        ),
        shape=unchanged,
        unmasked=True,
    ),
)
def crossing(layer: Layer, around: Around) -> Fragment:
    """Dense layers, a product and sums.

    Raises:
        MigrationError: ``ECO090`` without weights.
    """
    roles = ("kernel",) if layer.config.get("projection_dim") is None else ("kernel_u", "kernel_v")
    fragment = Fragment(layer)
    x0, x = fragment.input(0), fragment.input(1)
    product = x
    for role in roles:
        kernel = weight_of(layer, role)
        dense = {"units": int(kernel.shape[1]), "use_bias": False, "activation": "linear"}
        product = fragment.add("Dense", role, product, dense, {"kernel": kernel})
    if layer.config.get("diag_scale"):
        scale = {"scale": float(layer.config["diag_scale"]), "offset": 0.0}
        product = fragment.add(
            "Add", "with_diagonal", [product, fragment.add("Rescaling", "diagonal", x, scale)]
        )
    crossed = fragment.add("Add", "crossed", [fragment.add("Multiply", "product", [x0, product]), x])
    bias = layer.weights.get("bias")
    offset = {"scale": 1.0, "offset": 0.0 if bias is None else bias.tolist()}
    fragment.add("Rescaling", "shifted", crossed, offset)
    return fragment
