"""Convolutions over the edges of graphs, and pools with attention, of Spektral in batch mode (``layers`` of 1.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.ecosystem.graph_networks import PACKAGE
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal, weight_of
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_SOURCE = ("https://github.com/danielegrattarola/spektral",)
_BATCH = 3
"""Axes of nodes and edges in batch mode."""
_CONVOLUTION = frozenset({"channels", "activation", "use_bias", "kernel_initializer", "bias_constraint"})
_KERNELS = {"GCNConv": ("kernel",), "GCSConv": ("kernel_1", "kernel_2"), "ChebConv": ("kernel",)}


def _of_convolution(layer: Layer) -> tuple[str, ...]:
    bias = ("bias",) if layer.config.get("use_bias", True) else ()
    return (*_KERNELS[layer.class_name.rpartition(">")[2]], *bias)


def _convolved(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (*inputs[0][:-1], int(layer.config["channels"]))


def _dense(fragment: Fragment, suffix: str, source: TensorRef, role: str, at: int | None = None) -> TensorRef:
    kernel = weight_of(fragment.owner, role)
    kernel = kernel if at is None else kernel[at]
    config = {"units": int(kernel.shape[-1]), "use_bias": False, "activation": "linear"}
    return fragment.add("Dense", suffix, source, config, {"kernel": kernel})


def _pooled(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (*inputs[0][:-2], layer.config.get("channels") or inputs[0][-1])


# Before the convolutions, behind whose operations no size is known any more.
@graph_adapter(
    Rule(
        "ECO153",
        "spektral-attention-pooling",
        "Pools with attention of Spektral weigh the nodes before they sum them.",
        Severity.ERROR,
        before='{"class_name": "GlobalAttentionPool", "config": {"channels": 4, …}}',
        after="Dense layers for values and weights, their product, and the sum over the nodes",
        why="GlobalAttentionPool multiplies a dense layer by a sigmoid of another; GlobalAttnSumPool takes the softmax "
        "over the nodes of one number for each.",
        references=_SOURCE,
    ),
    Foreign(
        PACKAGE,
        "spektral",
        "GlobalAttentionPool",
        keys=frozenset({"channels", "kernel_initializer", "bias_initializer"}),
        roles=lambda layer: tuple(
            f"{part}_layer/{role}" for part in ("features", "attn") for role in ("kernel", "bias")
        ),
        shape=_pooled,
        peculiar=False,
        unmasked=True,
    ),
    Foreign(
        PACKAGE,
        "spektral",
        "GlobalAttnSumPool",
        keys=frozenset({"attn_kernel_initializer"}),
        roles=lambda layer: ("attn_kernel",),
        shape=_pooled,
        peculiar=False,
        unmasked=True,
    ),
)
def attention_pool(layer: Layer, around: Around) -> Fragment:
    """The weighted sum of the nodes.

    Raises:
        MigrationError: ``ECO090`` for another mode than that of batches, and without weights.
    """
    nodes, fragment = around(0), Fragment(layer)
    given = (
        layer.nodes and isinstance(layer.nodes[0].args[0], list | tuple) and len(layer.nodes[0].args[0]) > 1
    )
    if given or nodes is None or len(nodes) != _BATCH:
        raise refusal(layer, "it is not known to be in batch mode")
    x = fragment.input()
    if "attn_kernel" in layer.weights:
        scores = _dense(fragment, "scores", x, "attn_kernel")
        shares = fragment.add("Softmax", "shares", scores, {"axis": 1})
        weighed = fragment.add("Multiply", "weighed", [x, shares])
    else:
        parts = []
        for name, activation in (("features", "linear"), ("attn", "sigmoid")):
            kernel = weight_of(layer, f"{name}_layer/kernel")
            config = {"units": int(kernel.shape[-1]), "use_bias": True, "activation": activation}
            arrays = {"kernel": kernel, "bias": weight_of(layer, f"{name}_layer/bias")}
            parts.append(fragment.add("Dense", name, x, config, arrays))
        weighed = fragment.add("Multiply", "weighed", parts)
    fragment.operation("sum", "math.reduce_sum", weighed, axis=1)
    return fragment


@graph_adapter(
    Rule(
        "ECO152",
        "spektral-graph-convolution",
        "Graph convolutions of Spektral multiply by the matrix of the edges.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "GCNConv", "config": {"channels": 4, …}}, called with nodes and edges',
        after="Dense for each kernel, products with the edges, sums, and the activation",
        why="In batch mode GCNConv is A X W, GCSConv A X W + X V, and ChebConv the sum of the Chebyshev polynomials of "
        "A, each with its kernel. The bias becomes a constant. Graphs of several sizes in one tensor are refused.",
        references=_SOURCE,
    ),
    *(
        Foreign(
            PACKAGE,
            "spektral",
            name,
            keys=_CONVOLUTION | ({"K"} if name == "ChebConv" else frozenset()),
            roles=_of_convolution,
            shape=_convolved,
            peculiar=False,
            unmasked=True,
        )
        for name in _KERNELS
    ),
)
def convolution(layer: Layer, around: Around) -> Fragment:
    """The products, the bias and the activation.

    Raises:
        MigrationError: ``ECO090`` for another mode than that of batches, and without weights.
    """
    edges = around(1)
    if edges is None or len(edges) != _BATCH:
        raise refusal(layer, "it is not known to be in batch mode")
    fragment = Fragment(layer)
    output = _MADE[layer.class_name.rpartition(">")[2]](fragment)
    if "bias" in layer.weights:
        offset = {"scale": 1.0, "offset": layer.weights["bias"].tolist()}
        output = fragment.add("Rescaling", "biased", output, offset)
    activation = {"activation": layer.config.get("activation") or "linear"}
    fragment.add("Activation", "activated", output, activation)
    return fragment


def _along(fragment: Fragment, suffix: str, source: TensorRef) -> TensorRef:
    """The sum of the neighbours of each node."""
    return fragment.operation(suffix, "linalg.matmul", fragment.input(1), b=source)


def _gcn(fragment: Fragment) -> TensorRef:
    return _along(fragment, "neighbours", _dense(fragment, "features", fragment.input(), "kernel"))


def _gcs(fragment: Fragment) -> TensorRef:
    found = _along(fragment, "neighbours", _dense(fragment, "features", fragment.input(), "kernel_1"))
    return fragment.add("Add", "sum", [found, _dense(fragment, "skip", fragment.input(), "kernel_2")])


def _cheb(fragment: Fragment) -> TensorRef:
    terms = [fragment.input()]
    count = len(weight_of(fragment.owner, "kernel"))
    if count > 1:
        terms.append(_along(fragment, "term_1", terms[0]))
    for number in range(2, count):
        next_ = _along(fragment, f"along_{number}", terms[-1])
        twice = fragment.add("Rescaling", f"twice_{number}", next_, {"scale": 2.0, "offset": 0.0})
        terms.append(fragment.add("Subtract", f"term_{number}", [twice, terms[-2]]))
    parts = [_dense(fragment, f"features_{at}", term, "kernel", at) for at, term in enumerate(terms)]
    return parts[0] if len(parts) == 1 else fragment.add("Add", "sum", parts)


_MADE: dict[str, Callable[[Fragment], TensorRef]] = {"GCNConv": _gcn, "GCSConv": _gcs, "ChebConv": _cheb}
