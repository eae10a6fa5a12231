"""``LocallyConnected1D`` and ``2D`` left Keras with version 3: patches by a fixed convolution, then EinsumDense.

Source of the layouts: ``keras/layers/locally_connected`` of 2.15 and ``locally_connected_utils.py``. Of the three
implementations, 1 stores a kernel for each position, 2 a dense one from every input to every output with
zeros where they are not connected, 3 the connected entries of that in a row.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model, structure_refs
from migrate.dialects.graph_rewrites import Chain, expand_chains, named
from migrate.dialects.pointwise import pointwise
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.shapes import Shape, infer_shapes, spread
from migrate.findings import MigrationError, Rule, Severity

_RANKS = {"LocallyConnected1D": 1, "LocallyConnected2D": 2}
_PERMUTE_LAST = {1: [2, 1], 2: [2, 3, 1]}
_PERMUTE_FIRST = {1: [2, 1], 2: [3, 1, 2]}
_KEPT = (
    "activation",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "trainable",
    "dtype",
)


@model_rule(
    Rule(
        "CFG070",
        "locally-connected",
        "LocallyConnected layers are not part of Keras 3.",
        Severity.ERROR,
        before='{"class_name": "LocallyConnected1D", "config": {"filters": 2, "kernel_size": [3], "strides": [2], …}}',
        after='Conv1D of a fixed identity kernel (the patches) → EinsumDense("abc,bcd->abd", bias_axes="bd")',
        why="A locally connected layer is a convolution with different weights at each position: the patches that a "
        "convolution would see, each multiplied by its own matrix. A convolution with an identity kernel, which is "
        "not trained, extracts the patches; EinsumDense contains the weights. The result is native, exact and "
        "trains as before.",
        references=("keras-team/keras#18711",),
    ),
    Step.KERAS_3,
)
def locally_connected(model: Model, era: Era) -> Model:
    """Write locally connected layers with stock layers.

    Raises:
        MigrationError: ``CFG071`` when sizes are not known or an argument has no counterpart.
    """
    if not any(layer.class_name in _RANKS for _, layer in model.walk()):
        return model
    shapes = infer_shapes(model)
    inputs: dict[str, Shape | None] = {}
    previous: Shape | None = None
    for layer in model.layers:
        refs = [ref for node in layer.nodes for ref in structure_refs(node.args)]
        inputs[layer.name] = shapes.get(refs[0]) if refs else previous
        previous = next((shape for ref, shape in shapes.items() if ref.layer == layer.name), None)
    return expand_chains(model, _RANKS, lambda layer: _chain(layer, inputs.get(layer.name)))


@dataclass(frozen=True, slots=True)
class _Geometry:
    """Sizes of a layer, channels last: of kernel, steps, input, output and the border before and behind."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    channels: int
    filters: int
    output: tuple[int, ...]
    before: tuple[int, ...]
    behind: tuple[int, ...]

    @property
    def patch(self) -> int:
        """Numbers in one patch."""
        return int(np.prod(self.kernel)) * self.channels


def _chain(layer: Layer, shape: Shape | None) -> Chain:
    rank = _RANKS[layer.class_name]
    config = layer.config
    if config.get("kernel_constraint") or config.get("bias_constraint"):
        raise _refusal(layer, "its constraint acts along an axis that the stock layers do not have")
    if "kernel" not in layer.weights:
        raise _refusal(layer, "there are no weights from which to read its sizes")
    first = config.get("data_format") == "channels_first"
    geometry = _geometry(layer, rank, shape, first)
    letters = "bc"[:rank]
    equation = f"a{letters}x,{letters}xy->a{letters}y"
    weights = {"kernel": _kernel(layer, geometry, first)}
    if "bias" in layer.weights:
        bias = layer.weights["bias"]
        # Stored (positions…, filters) in both orders; Keras 2 reads it as (filters, positions…) channels first.
        turned = np.moveaxis(bias.reshape(bias.shape[-1], *bias.shape[:-1]), 0, -1)
        weights["bias"] = turned if first else bias
    einsum: dict[str, Any] = {
        "equation": equation,
        "output_shape": [*geometry.output, geometry.filters],
        "bias_axes": f"{letters}y" if "bias" in weights else None,
        **{key: config[key] for key in _KEPT if key in config},
    }
    common = {"dtype": config["dtype"]} if "dtype" in config else {}
    chain = [
        Layer(
            f"Conv{rank}D",
            f"{layer.name}_patches",
            {**common, **_patches(geometry)},
            weights=_identity(geometry),
        ),
        Layer("EinsumDense", layer.name, einsum, weights=weights),
    ]
    if any((*geometry.before, *geometry.behind)):
        padding: Any = [list(pair) for pair in zip(geometry.before, geometry.behind, strict=True)]
        padding = padding[0] if rank == 1 else padding
        chain.insert(0, Layer(f"ZeroPadding{rank}D", f"{layer.name}_pad", {**common, "padding": padding}))
    if first:
        to_last = Layer("Permute", f"{layer.name}_channels_last", {"dims": _PERMUTE_LAST[rank]})
        to_first = Layer("Permute", layer.name, {"dims": _PERMUTE_FIRST[rank]})
        behind = [to_first]
        if not pointwise(
            activation := config.get("activation")
        ):  # along the last axis of what is channels first
            einsum["activation"] = "linear"
            behind = [
                named(to_first, f"{layer.name}_channels_first"),
                Layer("Activation", layer.name, {"activation": activation}),
            ]
        einsum_layer = Layer("EinsumDense", f"{layer.name}_local", einsum, weights=weights)
        chain = [to_last, *chain[:-1], einsum_layer, *behind]
    return chain


def _patches(geometry: _Geometry) -> dict[str, Any]:
    return {
        "filters": geometry.patch,
        "kernel_size": list(geometry.kernel),
        "strides": list(geometry.strides),
        "use_bias": False,
        "trainable": False,
    }


def _identity(geometry: _Geometry) -> dict[str, Array]:
    eye = np.eye(geometry.patch, dtype=np.float32)
    return {"kernel": eye.reshape(*geometry.kernel, geometry.channels, geometry.patch)}


def _geometry(layer: Layer, rank: int, shape: Shape | None, first: bool) -> _Geometry:
    config, array = layer.config, layer.weights["kernel"]
    kernel = tuple(spread(config["kernel_size"], rank))
    strides = tuple(spread(config.get("strides", 1), rank))
    filters = int(config["filters"])
    implementation = int(config.get("implementation", 1))
    sizes: tuple[int, ...] | None = None
    channels: int | None = None
    if shape is not None:
        plain = (*shape[2:], shape[1]) if first else shape[1:]
        known = [size for size in plain if size is not None]
        if len(known) == rank + 1:
            sizes, channels = tuple(known[:-1]), known[-1]
    elif implementation == 2:
        sizes = array.shape[1 : 1 + rank] if first else array.shape[:rank]
        channels = array.shape[0] if first else array.shape[rank]
    if implementation == 1 and sizes is None:
        channels = array.shape[1] // int(np.prod(kernel))
        bias = layer.weights.get("bias")
        output = array.shape[:1] if rank == 1 else None
        if rank == 2 and bias is not None:
            output = bias.shape[:2]
        if output is not None:
            return _Geometry(kernel, strides, channels, filters, output, (0,) * rank, (0,) * rank)
    if sizes is None or channels is None:
        raise _refusal(layer, "the size of its input is unknown")
    if config.get("padding", "valid") == "valid":
        output = tuple((n - k) // s + 1 for n, k, s in zip(sizes, kernel, strides, strict=True))
        return _Geometry(kernel, strides, channels, filters, output, (0,) * rank, (0,) * rank)
    # With padding="same", position p sees the inputs from p * stride - kernel // 2 on.
    output = tuple(-(-n // s) for n, s in zip(sizes, strides, strict=True))
    before = tuple(k // 2 for k in kernel)
    behind = tuple(
        (p - 1) * s + k - n - b for p, s, k, n, b in zip(output, strides, kernel, sizes, before, strict=True)
    )
    if any(amount < 0 for amount in behind):
        raise _refusal(layer, "its strides leave inputs at the end unused")
    return _Geometry(kernel, strides, channels, filters, output, before, behind)


def _kernel(layer: Layer, geometry: _Geometry, first: bool) -> Array:
    """The kernel as (positions…, patch, filters), a patch in the order (sizes…, channels)."""
    array, implementation = layer.weights["kernel"], int(layer.config.get("implementation", 1))
    rank = len(geometry.kernel)
    if implementation == 1:
        local = array.reshape(*geometry.output, geometry.patch, geometry.filters)
        if not first:
            return local
        parts = local.reshape(*geometry.output, geometry.channels, *geometry.kernel, geometry.filters)
        moved = np.moveaxis(parts, rank, 2 * rank)
        return moved.reshape(local.shape)
    local = np.zeros((*geometry.output, *geometry.kernel, geometry.channels, geometry.filters), array.dtype)
    sizes = tuple(
        (p - 1) * s + k - b - e
        for p, s, k, b, e in zip(
            geometry.output, geometry.strides, geometry.kernel, geometry.before, geometry.behind, strict=True
        )
    )
    entries = _entries(geometry, sizes)
    if implementation == 2:
        dense = array
        if first:  # (channels, sizes…, filters, positions…)
            order = (*range(1, rank + 1), 0, *range(rank + 2, 2 * rank + 2), rank + 1)
            dense = array.transpose(order)
        for position, offset, place in entries:
            source: Any = (*place, slice(None), *position)
            local[(*position, *offset)] = dense[source]
    else:
        _fill_sparse(local, array, geometry, entries, first)
    return local.reshape(*geometry.output, geometry.patch, geometry.filters)


Entry = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def _entries(geometry: _Geometry, sizes: tuple[int, ...]) -> list[Entry]:
    """(output position, offset inside the patch, input position) of every connection."""
    found: list[Entry] = []
    for position in itertools.product(*(range(n) for n in geometry.output)):
        for offset in itertools.product(*(range(k) for k in geometry.kernel)):
            place = tuple(
                p * s + o - b
                for p, s, o, b in zip(position, geometry.strides, offset, geometry.before, strict=True)
            )
            if all(0 <= i < n for i, n in zip(place, sizes, strict=True)):
                found.append((position, offset, place))
    return found


def _fill_sparse(local: Array, values: Array, geometry: _Geometry, entries: list[Entry], first: bool) -> None:
    """Implementation 3 stores the connected entries, sorted by (flat output, flat input) index."""
    keys: list[tuple[tuple[int, ...], tuple[Any, ...]]] = []
    for position, offset, place in entries:
        for channel, out in itertools.product(range(geometry.channels), range(geometry.filters)):
            target = (out, *position) if first else (*position, out)
            source = (channel, *place) if first else (*place, channel)
            keys.append(((*target, *source), (*position, *offset, channel, out)))
    if len(keys) != values.size:
        raise MigrationError(
            "WGT013", f"the sparse kernel has {values.size} entries, {len(keys)} are connected"
        )
    for value, (_, index) in zip(values, sorted(keys), strict=True):
        local[index] = value


def _refusal(layer: Layer, reason: str) -> MigrationError:
    return MigrationError(
        "CFG071",
        f"{layer.class_name} {layer.name!r} cannot be written with stock layers: {reason}",
        "Replace the layer in the source, or keep the model as a SavedModel.",
        place=layer.name,
    )
