"""Shapes of tensors, as far as configurations and weights of the final Keras 2 dialect show them.

Few rules need a shape (the axes of a reduction, the positions of a locally connected layer). Unknown shapes are
absent, and a rule that needs one refuses; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any

from migrate.capsule.model import Layer, Model, TensorRef, Topology, structure_refs

Shape = tuple[int | None, ...]
"""With the batch dimension first; None for a dynamic size."""

UNCHANGED = frozenset(
    (
        "Activation",
        "ActivityRegularization",
        "AlphaDropout",
        "BatchNormalization",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "LayerNormalization",
        "LeakyReLU",
        "Masking",
        "PReLU",
        "ReLU",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "Softmax",
        "ThresholdedReLU",
        "SyncBatchNormalization",
        "Rescaling",
        "UnitNormalization",
        "GroupNormalization",
        "SReLU",
        "ParametricSoftplus",
        "Highway",
    )
)
"""Classes whose output has the shape of their input."""
_BROADCAST = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})


ShapeOf = Callable[[Layer, Sequence[Shape]], "Shape | None"]
_FOREIGN: dict[str, ShapeOf] = {}


def declare_shape(class_name: str, shape: ShapeOf) -> None:
    """Register how a class from a package built on Keras, under its full name, computes the shape of its output."""
    _FOREIGN[class_name] = shape


def infer_shapes(model: Model, given: Mapping[TensorRef, Shape] | None = None) -> dict[TensorRef, Shape]:
    """Shapes by tensor; for a Sequential model, every layer's only output.

    Args:
        model: in the final Keras 2 dialect.
        given: already known shapes of a Functional model's tensors.
    """
    known: dict[TensorRef, Shape] = dict(given or {})
    previous: Shape | None = None
    if model.topology is Topology.SEQUENTIAL:
        for layer in model.layers:
            previous = _declared(layer) or (None if previous is None else output_shape(layer, [previous]))
            if previous is not None:
                known[TensorRef(layer.name)] = previous
        return known
    pending = [(layer, call) for layer in model.layers for call in range(max(1, len(layer.nodes)))]
    progress = True
    while progress:
        progress = False
        for layer, call in pending:
            ref = TensorRef(layer.name, call)
            if ref in known:
                continue
            shape = _declared(layer) or _call_shape(layer, call, known)
            if shape is not None:
                known[ref] = shape
                progress = True
    return known


def _call_shape(layer: Layer, call: int, known: Mapping[TensorRef, Shape]) -> Shape | None:
    if not layer.nodes:
        return None
    inputs = [known.get(ref) for ref in structure_refs(layer.nodes[call].args)]
    if not inputs or any(shape is None for shape in inputs):
        return None
    return output_shape(layer, [shape for shape in inputs if shape is not None])


def _declared(layer: Layer) -> Shape | None:
    if layer.class_name != "InputLayer":
        return None
    shape = layer.config.get("batch_input_shape") or layer.config.get("batch_shape")
    return tuple(shape) if shape is not None else None


def output_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """Shape of a layer's first output; None if unknown."""
    if layer.model is not None:
        return _model_shape(layer.model, inputs)
    config, first = layer.config, inputs[0]
    if layer.class_name in UNCHANGED:
        return first
    if layer.class_name in _FOREIGN:
        return _FOREIGN[layer.class_name](layer, inputs)
    if layer.class_name in _BROADCAST:
        return _broadcast(inputs)
    inner = layer.children.get("layer")
    if layer.class_name == "TimeDistributed" and inner is not None and len(first) > 2:
        step = output_shape(inner, [(first[0], *first[2:])])
        return None if step is None else (step[0], first[1], *step[1:])
    table: Mapping[str, Callable[[], Shape | None]] = {
        "Dense": lambda: (*first[:-1], int(config["units"])),
        "Embedding": lambda: (*first, int(config["output_dim"])),
        "Flatten": lambda: (first[0], _product(first[1:])),
        "Reshape": lambda: _reshaped(first, config["target_shape"]),
        "Permute": lambda: (first[0], *(first[d] for d in config["dims"])),
        "RepeatVector": lambda: (first[0], int(config["n"]), *first[1:]),
        "Concatenate": lambda: _concatenated(inputs, int(config.get("axis", -1))),
        "Dot": lambda: _dotted(inputs, config["axes"]),
    }
    if layer.class_name in table:
        return table[layer.class_name]()
    if layer.class_name in ("Attention", "AdditiveAttention", "MultiHeadAttention"):
        return _attended(config, first, inputs[1] if len(inputs) > 1 else None, layer.class_name)
    forward = layer.children.get("forward_layer")
    if layer.class_name == "Bidirectional" and forward is not None:
        one = output_shape(forward, inputs)
        if one is None or one[-1] is None or config.get("merge_mode", "concat") != "concat":
            return one
        return (*one[:-1], 2 * one[-1])
    if layer.class_name in ("LSTM", "GRU", "SimpleRNN"):
        units = int(config["units"])
        return (*first[:2], units) if config.get("return_sequences") else (first[0], units)
    return _spatial(layer.class_name, config, first)


def _attended(config: Mapping[str, Any], query: Shape, value: Shape | None, class_name: str) -> Shape | None:
    """One output for each query: as large as a value, or with several heads as large as the query unless stated."""
    if class_name == "MultiHeadAttention":
        said = config.get("output_shape")
        return query if said is None else (*query[:-1], *([said] if isinstance(said, int) else said))
    return None if value is None else (*query[:-1], value[-1])


def _model_shape(model: Model, inputs: Sequence[Shape]) -> Shape | None:
    known = infer_shapes(model)
    if model.topology is Topology.SEQUENTIAL:
        return known.get(TensorRef(model.layers[-1].name)) if model.layers else None
    outputs = list(structure_refs(model.outputs))
    return known.get(outputs[0]) if outputs else None


def _broadcast(inputs: Sequence[Shape]) -> Shape | None:
    """Shape of an elementwise operation: sizes of 1 are broadcast; a dynamic size with a known one stays dynamic."""
    if len({len(shape) for shape in inputs}) != 1:
        return None
    sizes: list[int | None] = []
    for column in zip(*inputs, strict=True):
        wide = {size for size in column if size != 1}
        sizes.append(1 if not wide else wide.pop() if len(wide) == 1 else None)
    return tuple(sizes)


def _product(sizes: Iterable[int | None]) -> int | None:
    known = list(sizes)
    return None if None in known else prod(size for size in known if size is not None)


def _reshaped(shape: Shape, target: Sequence[int]) -> Shape:
    total = _product(shape[1:])
    rest = prod(size for size in target if size != -1)
    return (
        shape[0],
        *((None if total is None else total // rest) if size == -1 else size for size in target),
    )


def _concatenated(inputs: Sequence[Shape], axis: int) -> Shape | None:
    if len({len(shape) for shape in inputs}) != 1:
        return None
    position = axis % len(inputs[0])
    sizes = [shape[position] for shape in inputs]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    return (*inputs[0][:position], total, *inputs[0][position + 1 :])


def _dotted(inputs: Sequence[Shape], axes: int | Sequence[int]) -> Shape:
    a, b = inputs
    over = [axes, axes] if isinstance(axes, int) else list(axes)
    left = [size for i, size in enumerate(a) if i != over[0] % len(a)]
    right = [size for i, size in enumerate(b) if i != over[1] % len(b)][1:]
    return (*left, *right) if len(left) + len(right) > 1 else (*left, 1)


def _spatial(class_name: str, config: Mapping[str, Any], shape: Shape) -> Shape | None:
    """Convolutions, pooling, padding, cropping and up-sampling; sizes behind the transposed and recurrent stay open."""
    rank = len(shape) - 2
    channels_first = config.get("data_format") == "channels_first"
    sizes = list(shape[2:] if channels_first else shape[1:-1])
    channels = shape[1] if channels_first else shape[-1]

    def result(new: Sequence[int | None], depth: int | None) -> Shape:
        return (shape[0], depth, *new) if channels_first else (shape[0], *new, depth)

    if class_name.startswith("Global"):
        kept: Sequence[int | None] = [1] * rank if config.get("keepdims") else ()
        return result(kept, channels)
    if class_name.startswith("ConvLSTM"):
        image: list[int | None] = [None] * (rank - 1)
        films = [shape[1]] if config.get("return_sequences") else []
        filters = int(config["filters"])
        return (shape[0], *films, *((filters, *image) if channels_first else (*image, filters)))
    if "Transpose" in class_name and "filters" in config:
        return result([None] * rank, int(config["filters"]))
    depthwise = class_name.startswith("DepthwiseConv")
    if depthwise or (
        class_name.startswith(("Conv", "LocallyConnected", "SeparableConv")) and "filters" in config
    ):
        windows = [
            _window(size, kernel, stride, rate, str(config.get("padding", "valid")))
            for size, kernel, stride, rate in zip(
                sizes,
                spread(config["kernel_size"], rank),
                spread(config.get("strides", 1), rank),
                spread(config.get("dilation_rate", 1), rank),
                strict=True,
            )
        ]
        if depthwise:
            return result(windows, channels and channels * int(config.get("depth_multiplier", 1)))
        return result(windows, int(config["filters"]))
    if class_name.startswith(("MaxPooling", "AveragePooling")):
        pools = spread(config["pool_size"], rank)
        strides = spread(config.get("strides") or config["pool_size"], rank)
        padding = str(config.get("padding", "valid"))
        return result(
            [_window(s, p, t, 1, padding) for s, p, t in zip(sizes, pools, strides, strict=True)], channels
        )
    if class_name.startswith("UpSampling"):
        factors = spread(config["size"], rank)
        return result([None if s is None else s * f for s, f in zip(sizes, factors, strict=True)], channels)
    if class_name.startswith(("ZeroPadding", "Cropping")):
        sign = 1 if class_name.startswith("Zero") else -1
        amounts = borders(config["padding" if sign > 0 else "cropping"], rank)
        grown = [None if s is None else s + sign * (a + b) for s, (a, b) in zip(sizes, amounts, strict=True)]
        return result(grown, channels)
    return None


def spread(value: Any, rank: int) -> list[int]:
    """One number for all dimensions, or one for each."""
    return [int(v) for v in value] if isinstance(value, list | tuple) else [int(value)] * rank


def borders(value: Any, rank: int) -> list[tuple[int, int]]:
    """Amounts before and after each dimension, from any of the forms that padding and cropping take."""
    if isinstance(value, int):
        return [(value, value)] * rank
    if rank == 1 and len(value) == 2 and all(isinstance(v, int) for v in value):
        return [(value[0], value[1])]
    return [(v, v) if isinstance(v, int) else (v[0], v[1]) for v in value]


def _window(size: int | None, kernel: int, stride: int, rate: int, padding: str) -> int | None:
    if size is None:
        return None
    reach = (kernel - 1) * rate + 1
    return -(-size // stride) if padding in ("same", "causal") else (size - reach) // stride + 1
