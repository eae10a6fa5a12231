"""Masks that layers hand on without a word, named in the calls of a graph.

The same as ``mask_through_recurrent`` of the dialect of Keras 3, for archives that Keras 3 itself wrote: their
weights stay as they are, because groups are named after layers, and operations have no weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import TENSOR, history, inside, is_graph, layers_of, name_of
from migrate.dialects.keras3_minors.rule import Config, archive_rule, is_of_keras, map_objects
from migrate.findings import Rule, Severity

_RECURRENT = frozenset({"GRU", "LSTM", "RNN", "SimpleRNN"})
_OVER_TIME = frozenset({"Bidirectional", "TimeDistributed"})
_READING = _RECURRENT | _OVER_TIME | {"BatchNormalization", "GlobalAveragePooling1D", "Softmax"}
"""Classes whose calls take ``mask``."""
_CARRYING = frozenset(
    {
        "Activation",
        "ActivityRegularization",
        "AlphaDropout",
        "BatchNormalization",
        "Dense",
        "Dropout",
        "ELU",
        "GaussianDropout",
        "GaussianNoise",
        "LayerNormalization",
        "LeakyReLU",
        "PReLU",
        "ReLU",
        "Softmax",
        "SpatialDropout1D",
        "TimeDistributed",
        "UnitNormalization",
    }
)
"""Classes without a memory that hand a mask on (``supports_masking``) in every release up to 3.15."""
_ATTENDING = frozenset({"AdditiveAttention", "Attention"})
"""Classes that take their tensors as one list, and masks of the first two."""
_MODEL_KEYS = ("name", "trainable")


@archive_rule(
    Rule(
        "RDR108",
        "mask-of-sequential",
        "A Sequential model passes a mask through a recurrent layer.",
        Severity.SILENT,
        applies_to="<3.16.dev0",
        before="Sequential([Embedding(9, 4, mask_zero=True), LSTM(8, return_sequences=True), LSTM(8)])",
        after="a Functional model: LSTM(8)(LSTM(8, return_sequences=True)(words, mask=mask), mask=mask)",
        why="From 3.16 on, recurrent layers stop the mask, and the following layers read the padding: outputs "
        "differ by up to 110 %, with only a warning. A graph names the mask in each call, which every release "
        "obeys. Weights, names and the inputs and outputs of `predict` stay; `model.layers` also contains the "
        "operations that compute the mask.",
        references=("keras-team/keras#23235",),
    ),
    readers=">=3.16.dev0",
)
def mask_of_sequential(config: Config, oldest: Version) -> Config:
    """Write the Sequential model as a graph in which calls name the mask."""
    changed: Config = map_objects(config, _as_graph)
    return changed


@archive_rule(
    Rule(
        "RDR111",
        "masks-of-attention",
        "Attention gets its tensors as a list, without explicit masks.",
        Severity.SILENT,
        applies_to=">=3.10.dev0,<3.16.dev0",
        before="Attention()([states, states]), where states come from a masked LSTM",
        after="Attention()([states, states], mask=[mask, mask])",
        why="Up to 3.9, Keras wrote the masks of such a call to the graph; later releases leave them to the layer "
        "that created the tensors. Releases up to 3.11 then create the mask twice, under one name, and do not load "
        "the model; 3.16 attends to the padding (9 to 33 %).",
        references=("keras-team/keras#23235",),
    ),
    readers="",
)
def masks_of_attention(config: Config, oldest: Version) -> Config:
    """Name the masks of query and value in the call."""
    changed: Config = map_objects(config, _with_masks_of_lists)
    return changed


def _with_masks_of_lists(entry: Config) -> Config:
    if not is_graph(entry):
        return entry
    by_name = {name_of(layer): layer for layer in layers_of(entry)}
    layers = [
        {**layer, "inbound_nodes": [_naming_masks(node, by_name) for node in layer["inbound_nodes"]]}
        if is_of_keras(layer, *_ATTENDING) and isinstance(layer.get("inbound_nodes"), list)
        else layer
        for layer in layers_of(entry)
    ]
    return {**entry, "config": {**inside(entry), "layers": layers}}


def _naming_masks(node: Config, layers: Mapping[str, Config]) -> Config:
    """The call with the masks that its first two tensors were computed with, where they are known."""
    given = node["args"][0] if node.get("args") else None
    if not isinstance(given, list) or len(given) < 2 or node.get("kwargs", {}).get("mask") is not None:
        return node
    masks = [_mask_behind(tensor, layers) for tensor in given[:2]]
    if any(mask is None for mask in masks):
        return node
    return {**node, "kwargs": {**node.get("kwargs", {}), "mask": masks}}


def _mask_behind(tensor: Any, layers: Mapping[str, Config]) -> Config | None:
    """The mask that the call of a layer which hands masks on names; None where there is none."""
    source = history(tensor)
    layer = layers.get(source[0]) if source is not None else None
    if source is None or layer is None or not _hands_on(layer):
        return None
    mask = layer["inbound_nodes"][source[1]].get("kwargs", {}).get("mask")
    return mask if history(mask) is not None else None


def _as_graph(entry: Config) -> Config:
    layers = layers_of(entry)
    if entry["class_name"] != "Sequential" or not _mask_is_read_behind_recurrent(layers):
        return entry
    names = {name_of(layer) for layer in layers}
    first = layers[0]
    current = _tensor(first, inside(first)["batch_shape"], inside(first).get("dtype") or "float32")
    graph: list[Config] = [{**first, "name": name_of(first), "inbound_nodes": []}]
    mask: Config | None = None
    for layer, following in zip(layers[1:], [*layers[2:], None], strict=True):
        kwargs = {"mask": mask} if mask is not None and layer["class_name"] in _READING else {}
        call = {"args": [current], "kwargs": kwargs}
        graph.append({**layer, "name": name_of(layer), "inbound_nodes": [call]})
        if _makes_mask(layer):
            operations = list(_mask_operations(layer, current, names))
            graph += operations
            mask = _tensor(operations[-1], _shape_before(layer)[:2], "bool")
        elif not _hands_on(layer):
            mask = None
        current = _tensor(layer, _shape_before(following), "float32")
    ends = {"input_layers": [name_of(first), 0, 0], "output_layers": [name_of(layers[-1]), 0, 0]}
    kept = {key: value for key, value in inside(entry).items() if key in _MODEL_KEYS}
    return {
        **entry,
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {**kept, "layers": graph, **ends},
        "registered_name": "Functional",
    }


def _mask_is_read_behind_recurrent(layers: list[dict[str, Any]]) -> bool:
    """Whether the graph can be drawn, and a mask is read that a recurrent layer must have handed on."""
    if (
        len(layers) < 2
        or layers[0].get("class_name") != "InputLayer"
        or "batch_shape" not in inside(layers[0])
    ):
        return False
    masked = through_recurrent = False
    for layer in layers[1:]:
        if through_recurrent and layer["class_name"] in _READING:
            return True
        if _makes_mask(layer):
            masked, through_recurrent = True, False
        elif masked and not _hands_on(layer):
            masked = through_recurrent = False
        elif masked:
            through_recurrent |= layer["class_name"] in _RECURRENT | _OVER_TIME
    return False


def _makes_mask(layer: Mapping[str, Any]) -> bool:
    return layer["class_name"] == "Masking" or (
        layer["class_name"] == "Embedding" and bool(inside(layer).get("mask_zero"))
    )


def _hands_on(layer: Mapping[str, Any]) -> bool:
    """Whether a layer hands a mask on up to 3.15: those with a memory where they give whole sequences."""
    inner = inside(layer).get("layer") if layer["class_name"] == "Bidirectional" else layer
    if isinstance(inner, Mapping) and inner.get("class_name") in _RECURRENT:
        return bool(inside(inner).get("return_sequences"))
    return layer["class_name"] in _CARRYING


def _mask_operations(layer: Config, source: Config, names: set[str]) -> Iterator[Config]:
    """What the layer's ``compute_mask`` does, as operations of the graph: ``x != 0``, or any of its features."""
    is_embedding = layer["class_name"] == "Embedding"
    value = 0 if is_embedding else inside(layer).get("mask_value", 0.0)
    shape = _shape_before(layer)
    differs = _operation("NotEqual", {}, {"args": [source, value], "kwargs": {}}, names)
    yield differs
    if not is_embedding:
        call = {"args": [_tensor(differs, shape, "bool")], "kwargs": {}}
        yield _operation("Any", {"axis": [-1], "keepdims": False}, call, names)


def _operation(class_name: str, config: Config, call: Config, names: set[str]) -> Config:
    base = {"NotEqual": "not_equal", "Any": "any"}[class_name]
    name = next(
        name for name in (base, *(f"{base}_{n}" for n in range(1, len(names) + 2))) if name not in names
    )
    names.add(name)
    return {
        "module": "keras.src.ops.numpy",
        "class_name": class_name,
        "config": config or {"name": name},
        "registered_name": class_name,
        "name": name,
        "inbound_nodes": [call],
    }


def _shape_before(layer: Mapping[str, Any] | None) -> list[int | None]:
    """Shape of what a layer is given, which readers do not rely on."""
    build = layer.get("build_config") if layer is not None else None
    shape = build.get("input_shape") if isinstance(build, Mapping) else None
    return list(shape) if isinstance(shape, list) else [None]


def _tensor(source: Mapping[str, Any], shape: Any, dtype: Any) -> Config:
    plain = dtype if isinstance(dtype, str) else "float32"
    history = [name_of(source), 0, 0]
    return {"class_name": TENSOR, "config": {"shape": shape, "dtype": plain, "keras_history": history}}
