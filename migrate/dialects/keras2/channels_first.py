"""Convolutional models in the order channels, rows, columns: computed channels last inside, so that they run on a CPU.

The inputs and outputs of the model keep their order; a Permute layer stands where the order changes. Convolution
kernels have the same layout in both orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, map_structure, structure_refs
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.surgery import to_functional, unique_name
from migrate.findings import Rule, Severity

_UNSUPPORTED = frozenset(
    [
        f"{kind}{rank}D"
        for kind in ("Conv", "MaxPooling", "AveragePooling", "SeparableConv")
        for rank in (1, 2, 3)
    ]
    + ["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D"]
)
"""Classes that TensorFlow does not compute channels first on every CPU."""
_SPATIAL = _UNSUPPORTED | frozenset(
    [f"{kind}{rank}D" for kind in ("ZeroPadding", "Cropping", "UpSampling") for rank in (2, 3)]
    + ["SpatialDropout2D", "SpatialDropout3D"]
)
_GLOBAL = frozenset(f"Global{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3))
_ELEMENTWISE = frozenset(
    [
        "Activation",
        "ActivityRegularization",
        "AlphaDropout",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "LeakyReLU",
        "ReLU",
        "Rescaling",
        "ThresholdedReLU",
    ]
)
_MERGING = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
_BY_ROWS = frozenset({"softmax", "log_softmax"})
"""Activations along the last axis."""
_TO_LAST: Mapping[int, tuple[int, ...]] = {3: (2, 1), 4: (2, 3, 1), 5: (2, 3, 4, 1)}
_TO_FIRST: Mapping[int, tuple[int, ...]] = {3: (2, 1), 4: (3, 1, 2), 5: (4, 1, 2, 3)}


@model_rule(
    Rule(
        "SIL018",
        "channels-first",
        "A convolutional model takes its channels before rows and columns.",
        Severity.ERROR,
        before='{"class_name": "Conv2D", "config": {"data_format": "channels_first", …}}',
        after='Permute([2, 3, 1]) → {"class_name": "Conv2D", "config": {"data_format": "channels_last", …}} → … → '
        "Permute([3, 1, 2]) → Flatten",
        why="TensorFlow computes such convolutions on GPUs, and on CPUs only where its build has oneDNN: `The "
        "Conv2D op "
        "currently only supports the NHWC tensor format on the CPU`. The model keeps the order of its inputs and "
        "outputs "
        "and is computed channels last inside; kernels are the same in both orders.",
        references=("tensorflow/tensorflow#32691",),
    ),
    Step.KERAS_2,
)
def channels_first(model: Model, era: Era) -> Model:
    """Compute channels last what TensorFlow may refuse, with Permute layers where the order changes."""
    if not any(_is_first(layer) and layer.class_name in _UNSUPPORTED for layer in model.layers):
        return model
    known_input = model.topology is Topology.FUNCTIONAL or model.layers[0].class_name == "InputLayer"
    if not known_input:
        return model
    turned = _Turn(to_functional(model)).model()
    return _sequential_again(turned, model) if model.topology is Topology.SEQUENTIAL else turned


def _is_first(layer: Layer) -> bool:
    return layer.config.get("data_format") == "channels_first"


def _sequential_again(graph: Model, model: Model) -> Model:
    layers = tuple(replace(layer, nodes=()) for layer in graph.layers)
    return replace(model, layers=layers)


@dataclass(slots=True)
class _Turn:
    """Walks a graph once and keeps, for each tensor, the form it is computed in."""

    source: Model
    layers: list[Layer] = field(default_factory=list)
    ranks: dict[TensorRef, int] = field(default_factory=dict)
    """Tensors that are computed channels last, with their rank."""
    first: dict[TensorRef, TensorRef] = field(default_factory=dict)
    last: dict[TensorRef, TensorRef] = field(default_factory=dict)

    def model(self) -> Model:
        for layer in _in_order(self.source):
            self._layer(layer)
        outputs = map_structure(self.source.outputs, self._in_first)
        return replace(self.source, layers=tuple(self.layers), outputs=outputs)

    def _layer(self, layer: Layer) -> None:
        if _is_first(layer) and layer.class_name in _SPATIAL:
            rank = int(layer.class_name.removesuffix("Transpose")[-2]) + 2
            self._turned(layer.with_config(data_format="channels_last"), rank, stays_last=True)
        elif _is_first(layer) and layer.class_name in _GLOBAL:
            rank = int(layer.class_name[-2]) + 2
            keeps = bool(layer.config.get("keepdims"))
            self._turned(layer.with_config(data_format="channels_last"), rank, stays_last=keeps)
        elif (common := self._transparent_rank(layer)) is not None:
            self._turned(_turned_axis(layer, common), common, stays_last=True)
        else:
            self.layers.append(
                replace(
                    layer,
                    nodes=tuple(
                        Node(map_structure(n.args, self._in_first), map_structure(n.kwargs, self._in_first))
                        for n in layer.nodes
                    ),
                )
            )

    def _turned(self, layer: Layer, rank: int, *, stays_last: bool) -> None:
        def in_last(ref: TensorRef) -> TensorRef:
            return self._in_last(ref, rank)

        nodes = tuple(Node(map_structure(n.args, in_last), n.kwargs) for n in layer.nodes)
        self.layers.append(replace(layer, nodes=nodes))
        if stays_last:
            for call in range(len(nodes)):
                self.ranks[TensorRef(layer.name, call)] = rank

    def _transparent_rank(self, layer: Layer) -> int | None:
        """Rank of a layer's inputs when it may as well work channels last, and does not without need."""
        if len(layer.nodes) != 1:
            return None
        refs = list(structure_refs(layer.nodes[0].args))
        ranks = {self.ranks.get(ref) for ref in refs}
        rank = next(iter(ranks)) if len(ranks) == 1 else None
        if rank is None:
            return None
        config = layer.config
        match layer.class_name:
            case "BatchNormalization" | "Concatenate":
                return rank if isinstance(config.get("axis", -1), int) else None
            case name if name in _MERGING:
                return rank
            case name if name in _ELEMENTWISE and not config.get("noise_shape"):
                return None if str(config.get("activation")) in _BY_ROWS else rank
            case _:
                return None

    def _in_last(self, ref: TensorRef, rank: int) -> TensorRef:
        if ref in self.ranks:
            return ref
        if ref not in self.last:
            self.last[ref] = self._permuted(ref, _TO_LAST[rank], "channels_last")
        return self.last[ref]

    def _in_first(self, ref: TensorRef) -> TensorRef:
        if ref not in self.ranks:
            return ref
        if ref not in self.first:
            self.first[ref] = self._permuted(ref, _TO_FIRST[self.ranks[ref]], "channels_first")
        return self.first[ref]

    def _permuted(self, ref: TensorRef, dims: Sequence[int], suffix: str) -> TensorRef:
        taken = {layer.name for layer in (*self.source.layers, *self.layers)}
        name = unique_name(f"{ref.layer}_{suffix}", taken)
        self.layers.append(Layer("Permute", name, {"dims": list(dims)}, (Node((ref,)),)))
        return TensorRef(name)


def _turned_axis(layer: Layer, rank: int) -> Layer:
    """The layer with its axis where the same dimension stands channels last."""
    if layer.class_name not in ("BatchNormalization", "Concatenate"):
        return layer
    axis: Any = layer.config.get("axis", -1)
    order = (0, *_TO_LAST[rank])
    turned = order.index(axis % rank)
    return layer.with_config(axis=-1 if turned == rank - 1 else turned)


def _in_order(model: Model) -> list[Layer]:
    """Layers after those they take their inputs from; otherwise in the order of the model."""
    layers = {layer.name: layer for layer in model.layers}
    done: dict[str, Layer] = {}
    pending = [layer.name for layer in reversed(model.layers)]
    opened: set[str] = set()
    while pending:
        name = pending[-1]
        needs = [ref.layer for node in layers[name].nodes for ref in node.refs() if ref.layer not in done]
        if name in done or not needs or name in opened:
            pending.pop()
            done.setdefault(name, layers[name])
            continue
        opened.add(name)
        pending += needs
    return list(done.values())
