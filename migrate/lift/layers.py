"""Operations that hold weights, as Keras layers: a pure function from a node to a layer and its weights.

A pattern answers None where it does not fit; then the operation is called as such. Layouts of kernels are the same in
TensorFlow's operations and in Keras 3's layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.dialects.keras3.operations.graph_nodes import attribute_value
from migrate.lift.graph import Graph, GraphNode

_LAST = {2: "NHWC", 3: "NDHWC"}
"""Number of spatial axes to the layout with the channels last."""
_FIRST = ("NCHW", "NCDHW")
Match = Callable[[Graph, GraphNode], "Lifted | None"]


@dataclass(frozen=True, slots=True)
class Lifted:
    """A layer in place of one or more operations.

    Attributes:
        class_name: of Keras 3.
        input: the tensor that the layer is called on.
        config: arguments beside the name and dtype.
        weights: role to array.
        margins: zeros before and after each axis that the input gets first; empty for none.
        turned: whether the operation has its channels first: the layer gets them last, and its output is turned back.
    """

    class_name: str
    input: str
    config: Mapping[str, Any]
    weights: Mapping[str, Array]
    margins: tuple[tuple[int, int], ...] = ()
    turned: bool = False


def attribute(node: GraphNode, name: str, default: Any = None) -> Any:
    """The value of an attribute."""
    return attribute_value(node.attributes[name]) if name in node.attributes else default


def weight(graph: Graph, tensor: str, rank: int | None = None) -> Array | None:
    """The array behind a tensor that is a weight: a variable, or a constant of floats with axes."""
    found = graph.source(tensor)
    variable = graph.variables.get(found)
    value = variable.value if variable is not None else graph.constants.get(found)
    if (
        value is None
        or value.dtype.kind != "f"
        or value.ndim == 0
        or (rank is not None and value.ndim != rank)
    ):
        return None
    return value


def dense(graph: Graph, node: GraphNode) -> Lifted | None:
    """``MatMul`` by a weight."""
    kernel = weight(graph, node.inputs[1], 2)
    if kernel is None or attribute(node, "transpose_a", False) or weight(graph, node.inputs[0]) is not None:
        return None
    if attribute(node, "transpose_b", False):
        kernel = np.ascontiguousarray(kernel.T)
    config = {"units": int(kernel.shape[1]), "use_bias": False}
    return Lifted("Dense", node.inputs[0], config, {"kernel": kernel})


def tensordot(graph: Graph, node: GraphNode) -> Lifted | None:
    """``tf.tensordot`` over the last axis, as ``Dense`` calls it for more than two: flatten, multiply, restore."""
    if not node.name.rpartition("/")[2].startswith("Tensordot"):
        return None
    product = graph.producer(node.inputs[0])
    flat = graph.producer(product.inputs[0]) if product is not None and product.op == "MatMul" else None
    if product is None or flat is None or flat.op != "Reshape":
        return None
    found = dense(graph, product)
    turned = graph.producer(flat.inputs[0])
    if found is None or turned is None or turned.op != "Transpose" or _loses_units(graph, node):
        return None
    order = graph.constants.get(graph.source(turned.inputs[1]))
    if order is None or order.tolist() != list(range(order.size)):
        return None
    return Lifted("Dense", turned.inputs[0], found.config, found.weights)


def _loses_units(graph: Graph, node: GraphNode) -> bool:
    """Whether a ``tf.tensordot`` was by a vector: what is restored then has no axis of the units."""
    shape = graph.producer(node.inputs[1])
    if shape is None or shape.op != "ConcatV2":
        return False
    return any(
        constant is not None and not constant.size
        for constant in (graph.constants.get(graph.source(t)) for t in shape.inputs[:-1])
    )


def convolution(graph: Graph, node: GraphNode) -> Lifted | None:
    """``Conv2D``, ``Conv3D`` and ``DepthwiseConv2dNative`` with a weight."""
    rank = 3 if node.op == "Conv3D" else 2
    kernel = weight(graph, node.inputs[1], rank + 2)
    config = _windows(node, rank)
    if kernel is None or config is None:
        return None
    config["kernel_size"] = [int(n) for n in kernel.shape[:rank]]
    if node.op != "DepthwiseConv2dNative":
        config["filters"] = int(kernel.shape[-1])
        return Lifted(node.op, node.inputs[0], config, {"kernel": kernel}, _margins(node), _has_first(node))
    config["depth_multiplier"] = int(kernel.shape[3])
    weights = {"kernel": kernel}
    return Lifted("DepthwiseConv2D", node.inputs[0], config, weights, _margins(node), _has_first(node))


def _margins(node: GraphNode) -> tuple[tuple[int, int], ...]:
    """What ``EXPLICIT`` padding adds, as pairs for all axes."""
    flat = [int(n) for n in attribute(node, "explicit_paddings", [])]
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def transposed_convolution(graph: Graph, node: GraphNode) -> Lifted | None:
    """``Conv2DBackpropInput`` by a weight: its sizes are those that the layer computes, or the comparison says so."""
    kernel = weight(graph, node.inputs[1], 4)
    config = _windows(node, 2)
    if kernel is None or config is None or attribute(node, "padding") not in ("SAME", "VALID"):
        return None
    config |= {"kernel_size": [int(n) for n in kernel.shape[:2]], "filters": int(kernel.shape[2])}
    return Lifted("Conv2DTranspose", node.inputs[2], config, {"kernel": kernel}, turned=_has_first(node))


def _has_first(node: GraphNode) -> bool:
    return attribute(node, "data_format", "NHWC") in _FIRST


def _windows(node: GraphNode, rank: int) -> dict[str, Any] | None:
    """Strides, dilation and padding of a convolution over ``rank`` axes; None for what the layers do not have."""
    padding = str(attribute(node, "padding", "VALID"))
    if attribute(node, "data_format", _LAST[rank]) not in (_LAST[rank], *_FIRST):
        return None
    ones = [1] * (rank + 2)
    axes = slice(2, None) if _has_first(node) else slice(1, -1)
    return {
        "strides": [int(n) for n in attribute(node, "strides", ones)[axes]],
        "dilation_rate": [int(n) for n in attribute(node, "dilations", ones)[axes]],
        "padding": "same" if padding == "SAME" else "valid",  # explicit margins are added before
        "use_bias": False,
    }


def batch_norm(graph: Graph, node: GraphNode) -> Lifted | None:
    """``FusedBatchNorm`` at inference."""
    arrays = [weight(graph, tensor, 1) for tensor in node.inputs[1:5]]
    if attribute(node, "is_training", True):
        return None
    axis = 1 if _has_first(node) else -1
    return _normalization(node.inputs[0], arrays, float(attribute(node, "epsilon", 1e-4)), axis)


def folded_batch_norm(graph: Graph, node: GraphNode) -> Lifted | None:
    """``x * m + (beta - mean * m)``, ``m = rsqrt(variance + epsilon) * gamma``: ``tf.nn.batch_normalization``."""
    scaled = graph.producer(node.inputs[0])
    shift = graph.producer(node.inputs[1])
    if scaled is None or shift is None or (scaled.op, shift.op) != ("Mul", "Sub"):
        return None
    product = graph.producer(shift.inputs[1])
    factor = graph.producer(scaled.inputs[1])
    if product is None or factor is None or (product.op, factor.op) != ("Mul", "Mul"):
        return None
    if graph.source(product.inputs[1]) != graph.source(scaled.inputs[1]):
        return None
    root = graph.producer(factor.inputs[0])
    total = graph.producer(root.inputs[0]) if root is not None and root.op == "Rsqrt" else None
    if total is None or total.op not in ("Add", "AddV2"):
        return None
    epsilon = graph.constants.get(graph.source(total.inputs[1]))
    if epsilon is None or epsilon.ndim:
        return None
    tensors = (factor.inputs[1], shift.inputs[0], product.inputs[0], total.inputs[0])
    return _normalization(scaled.inputs[0], [weight(graph, t, 1) for t in tensors], float(epsilon))


def _normalization(tensor: str, arrays: list[Array | None], epsilon: float, axis: int = -1) -> Lifted | None:
    if any(array is None for array in arrays):
        return None
    roles = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = {role: array for role, array in zip(roles, arrays, strict=True) if array is not None}
    return Lifted("BatchNormalization", tensor, {"axis": axis, "epsilon": epsilon}, weights)


def embedding(graph: Graph, node: GraphNode) -> Lifted | None:
    """``GatherV2``, ``Gather`` and ``ResourceGather`` of rows of a weight."""
    table = weight(graph, node.inputs[0], 2)
    axis = graph.constants.get(graph.source(node.inputs[2])) if len(node.inputs) > 2 else np.array(0)
    if table is None or axis is None or int(axis) != 0 or attribute(node, "batch_dims", 0):
        return None
    config = {"input_dim": int(table.shape[0]), "output_dim": int(table.shape[1])}
    return Lifted("Embedding", node.inputs[1], config, {"embeddings": table})


def with_bias(graph: Graph, node: GraphNode, uses: Mapping[str, int]) -> Lifted | None:
    """A layer with kernel whose only use is to have a bias added."""
    for position in (0, 1) if node.op in ("Add", "AddV2") else (0,):
        layer = graph.producer(node.inputs[position])
        bias = weight(graph, node.inputs[1 - position], 1)
        match = KERNELS.get(layer.op) if layer is not None else None
        if layer is None or match is None or bias is None or uses.get(f"{layer.name}:0") != 1:
            continue
        found = match(graph, layer)
        if found is None or _has_first(node) != found.turned:
            continue
        if bias.shape == (_units(found),):
            config = {**found.config, "use_bias": True}
            weights = {**found.weights, "bias": bias}
            return replace(found, config=config, weights=weights)
    return None


def _units(found: Lifted) -> int:
    """Size of the last axis of what a layer with a kernel computes."""
    shape = found.weights["kernel"].shape
    if found.class_name == "DepthwiseConv2D":
        return int(shape[-2] * shape[-1])
    return int(shape[-2] if found.class_name == "Conv2DTranspose" else shape[-1])


KERNELS: Mapping[str, Match] = {
    "Conv2D": convolution,
    "Conv2DBackpropInput": transposed_convolution,
    "Conv3D": convolution,
    "DepthwiseConv2dNative": convolution,
    "MatMul": dense,
    "Reshape": tensordot,
}
LAYERS: Mapping[str, Match] = {
    **KERNELS,
    "Add": folded_batch_norm,
    "AddV2": folded_batch_norm,
    "FusedBatchNorm": batch_norm,
    "FusedBatchNormV2": batch_norm,
    "FusedBatchNormV3": batch_norm,
    "Gather": embedding,
    "GatherV2": embedding,
    "ResourceGather": embedding,
}
