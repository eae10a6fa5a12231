"""Convolutional models in the order channels, rows, columns: computed channels last inside, so that they run on a CPU.

The inputs and outputs of the model keep their order; a Permute layer stands where the order changes. Convolution
kernels have the same layout in both orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, map_structure, structure_refs
from migrate.dialects.graph_rewrites import Chain, expand_chains, named, to_functional, unique_name
from migrate.dialects.pointwise import LAYERS, pointwise
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import MigrationError, Rule, Severity

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
_ELEMENTWISE = LAYERS | {
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Rescaling",
}
_RECURRENT = frozenset({"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_MERGING = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
_ACTIVATED = frozenset(
    [f"{kind}{rank}D" for kind in ("Conv", "SeparableConv", "DepthwiseConv") for rank in (1, 2, 3)]
    + [f"Conv{rank}DTranspose" for rank in (1, 2, 3)]
)
"""Classes that apply an activation to what they compute."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to permute a tensor (as Permute counts, from 1) to channels last and back."""

    to_last: tuple[int, ...]
    to_first: tuple[int, ...]

    def axis(self, axis: int) -> int:
        """Where a dimension of a channels-first tensor stands channels last; the last one is -1."""
        order = (0, *self.to_last)
        turned = order.index(axis % len(order))
        return -1 if turned == len(order) - 1 else turned


def _images(rank: int) -> Layout:
    """(batch, channels, sizes…) with ``rank`` sizes."""
    sizes = range(2, rank + 2)
    return Layout((*sizes, 1), (rank + 1, *range(1, rank + 1)))


def _films(rank: int) -> Layout:
    """(batch, time, channels, sizes…)."""
    sizes = range(3, rank + 3)
    return Layout((1, *sizes, 2), (1, rank + 2, *range(2, rank + 2)))


@model_rule(
    Rule(
        "SIL018",
        "channels-first",
        "A convolutional model has its channels before rows and columns.",
        Severity.ERROR,
        before='{"class_name": "Conv2D", "config": {"data_format": "channels_first", …}}',
        after='Permute([2, 3, 1]) → {"class_name": "Conv2D", "config": {"data_format": "channels_last", …}} → … → '
        "Permute([3, 1, 2]) → Flatten",
        why="TensorFlow computes such convolutions on GPUs, and on CPUs only if its build has oneDNN: `The Conv2D "
        "op currently only supports the NHWC tensor format on the CPU`. The model keeps the order of its inputs and "
        "outputs and is computed channels-last inside; kernels are the same in both orders. An activation along the "
        "last axis, such as a softmax, becomes a layer behind the convolution, in the order it was given.",
        references=("tensorflow/tensorflow#32691",),
    ),
    Step.KERAS_2,
)
def channels_first(model: Model, era: Era) -> Model:
    """Compute channels last what TensorFlow may refuse, with Permute layers where the order changes.

    Raises:
        MigrationError: ``SIL018`` for a recurrent layer whose activation is along the last axis.
    """
    if not any(_is_unsupported(part) for layer in model.layers for part in (layer, *layer.children.values())):
        return model
    known_input = model.topology is Topology.FUNCTIONAL or model.layers[0].class_name == "InputLayer"
    if not known_input:
        return model
    apart = expand_chains(to_functional(model), _ACTIVATED, _activated_apart)
    turned = _Turn(apart).model()
    return _sequential_again(turned, model) if model.topology is Topology.SEQUENTIAL else turned


def _is_unsupported(layer: Layer) -> bool:
    return _is_first(layer) and (layer.class_name in _UNSUPPORTED or layer.class_name in _RECURRENT)


def _activated_apart(layer: Layer) -> Chain | None:
    """The layer without an activation that is along the last axis, and that as a layer behind it."""
    config = layer.config
    if not _is_first(layer) or pointwise(config.get("activation")):
        return None
    moved = {
        key: config[key] for key in ("activation", "activity_regularizer") if config.get(key) is not None
    }
    plain = layer.with_config(drop=("activity_regularizer",), activation="linear")
    return [named(plain, f"{layer.name}_linear"), Layer("Activation", layer.name, moved)]


def _rank(layer: Layer) -> int:
    """Number of sizes of the images that a class of this name works on."""
    return int(layer.class_name.removesuffix("Transpose")[-2])


def _last(layer: Layer) -> Layer:
    return layer.with_config(data_format="channels_last")


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
    layouts: dict[TensorRef, Layout] = field(default_factory=dict)
    """Tensors that are computed channels last."""
    first: dict[TensorRef, TensorRef] = field(default_factory=dict)
    last: dict[TensorRef, TensorRef] = field(default_factory=dict)

    def model(self) -> Model:
        for layer in _in_order(self.source):
            self._layer(layer)
        outputs = map_structure(self.source.outputs, self._in_first)
        return replace(self.source, layers=tuple(self.layers), outputs=outputs)

    def _layer(self, layer: Layer) -> None:
        inner = layer.children.get("layer")
        forward = layer.children.get("forward_layer", layer)
        if _is_first(layer) and layer.class_name in _SPATIAL:
            images = _images(_rank(layer))
            self._turned(_last(layer), images, images)
        elif _is_first(layer) and layer.class_name in _GLOBAL:
            images = _images(_rank(layer))
            self._turned(_last(layer), images, images if layer.config.get("keepdims") else None)
        elif layer.class_name == "TimeDistributed" and inner is not None and _is_first(inner):
            films = _films(_rank(inner)) if inner.class_name in _SPATIAL | _GLOBAL else None
            keeps = inner.class_name in _SPATIAL or inner.config.get("keepdims")
            if films is None:
                self._as_it_is(layer)
            else:
                self._turned(
                    replace(layer, children={"layer": _last(inner)}), films, films if keeps else None
                )
        elif _is_first(forward) and forward.class_name in _RECURRENT and _is_plain(layer, forward):
            self._recurrent(layer, forward)
        elif (common := self._transparent(layer)) is not None:
            self._turned(_turned_axis(layer, common), common, common)
        else:
            self._as_it_is(layer)

    def _as_it_is(self, layer: Layer) -> None:
        nodes = tuple(
            Node(map_structure(n.args, self._in_first), map_structure(n.kwargs, self._in_first))
            for n in layer.nodes
        )
        self.layers.append(replace(layer, nodes=nodes))

    def _turned(self, layer: Layer, given: Layout, result: Layout | None, tensors: int = 1) -> None:
        """Add a layer that takes channels-last tensors; ``result`` says the order of its own."""

        def in_last(ref: TensorRef) -> TensorRef:
            return self._in_last(ref, given)

        nodes = tuple(Node(map_structure(n.args, in_last), n.kwargs) for n in layer.nodes)
        self.layers.append(replace(layer, nodes=nodes))
        if result is not None:
            for call in range(len(nodes)):
                for tensor in range(tensors):
                    self.layouts[TensorRef(layer.name, call, tensor)] = result

    def _recurrent(self, layer: Layer, forward: Layer) -> None:
        for key in ("activation", "recurrent_activation"):
            if not pointwise(forward.config.get(key)):
                raise MigrationError(
                    "SIL018",
                    f"{layer.name!r} takes its channels first, and its {key} {forward.config[key]!r} is along the "
                    "last axis, which cannot be said channels last",
                    "Keep the model as a SavedModel, or train it channels last.",
                    place=layer.name,
                )
        rank = int(forward.class_name[-2])
        sequences = bool(forward.config.get("return_sequences"))
        result = _films(rank) if sequences else _images(rank)
        if not layer.children:
            self._turned(_last(layer), _films(rank), result)
            return
        children = {attribute: _last(child) for attribute, child in layer.children.items()}
        if layer.config.get("merge_mode", "concat") != "concat":
            self._turned(replace(layer, children=children), _films(rank), result)
            return
        # Keras joins the directions along the last axis, which is not that of the channels here.
        taken = {other.name for other in (*self.source.layers, *self.layers)}
        name = unique_name(f"{layer.name}_directions", taken)
        directions = named(replace(layer, children=children).with_config(merge_mode=None), name)
        self._turned(directions, _films(rank), result, tensors=2)
        nodes = tuple(
            Node(([self._in_first(TensorRef(name, call, tensor)) for tensor in (0, 1)],))
            for call in range(len(layer.nodes))
        )
        self.layers.append(Layer("Concatenate", layer.name, {"axis": -1}, nodes))

    def _transparent(self, layer: Layer) -> Layout | None:
        """Layout of a layer's inputs when it may as well work channels last, and does not without need."""
        if len(layer.nodes) != 1:
            return None
        layouts = {self.layouts.get(ref) for ref in structure_refs(layer.nodes[0].args)}
        layout = next(iter(layouts)) if len(layouts) == 1 else None
        if layout is None:
            return None
        config = layer.config
        match layer.class_name:
            case "BatchNormalization" | "Concatenate":
                return layout if isinstance(config.get("axis", -1), int) else None
            case name if name in _MERGING:
                return layout
            case name if name in _ELEMENTWISE and not config.get("noise_shape"):
                return layout if pointwise(config.get("activation")) else None
            case _:
                return None

    def _in_last(self, ref: TensorRef, layout: Layout) -> TensorRef:
        if ref in self.layouts:
            return ref
        if ref not in self.last:
            self.last[ref] = self._permuted(ref, layout.to_last, "channels_last")
        return self.last[ref]

    def _in_first(self, ref: TensorRef) -> TensorRef:
        if ref not in self.layouts:
            return ref
        if ref not in self.first:
            self.first[ref] = self._permuted(ref, self.layouts[ref].to_first, "channels_first")
        return self.first[ref]

    def _permuted(self, ref: TensorRef, dims: Sequence[int], suffix: str) -> TensorRef:
        taken = {layer.name for layer in (*self.source.layers, *self.layers)}
        name = unique_name(f"{ref.layer}_{suffix}", taken)
        self.layers.append(Layer("Permute", name, {"dims": list(dims)}, (Node((ref,)),)))
        return TensorRef(name)


def _is_plain(layer: Layer, forward: Layer) -> bool:
    """Whether a recurrent layer neither takes nor gives states, which would have to be turned too."""
    keywords = any(value is not None for node in layer.nodes for value in node.kwargs.values())
    return not forward.config.get("return_state") and not keywords


def _turned_axis(layer: Layer, layout: Layout) -> Layer:
    """The layer with its axis where the same dimension stands channels last."""
    if layer.class_name not in ("BatchNormalization", "Concatenate"):
        return layer
    return layer.with_config(axis=layout.axis(int(layer.config.get("axis", -1))))


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
