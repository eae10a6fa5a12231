"""Read an architecture in any Keras configuration format into :class:`~migrate.capsule.model.Model`.

The formats, oldest first: Keras 1 lists of layers; ``inbound_nodes`` as ``[layer, node, tensor]`` triples,
later with call arguments as a fourth entry; from TF 2.4 nested structures and ``_CONSTANT_VALUE``; from 2.12
objects with ``module`` and ``registered_name``. Sources: ``keras/engine/topology.py`` of 1.2.2 and
2.0.8, ``functional.py`` and ``node.py`` of 2.4 to 2.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.config_rules import (
    BATCH_INPUT_SHAPE,
    LIST_SEQUENTIAL,
    LIST_WRAPPED_OUTPUTS,
    NDARRAY_VALUE,
    NESTED_NODE_INDEX,
    UNTITLED_LAYER,
)
from migrate.dialects.rule import Notes
from migrate.dialects.tracked_layers import in_graph
from migrate.findings import MigrationError
from migrate.formats.own_names import OWN

SEQUENTIAL_CLASSES = frozenset({"Sequential"})
FUNCTIONAL_CLASSES = frozenset({"Functional", "Model"})
PRESERVE_STRUCTURE = frozenset(
    {"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty"}
)
"""Classes whose nodes keep a one-element list as a list (``_preserve_input_structure_in_config``)."""
_MAX_DEPTH = 64


def parse_model(root: Mapping[str, Any], notes: Notes) -> Model:
    """Read the root object ``{"class_name": …, "config": …}`` of an architecture.

    Args:
        root: decoded JSON or YAML, exactly as stored in the file.
        notes: receives the parsing rules that were needed.

    Raises:
        MigrationError: ``CFG022`` for a subclassed model without a graph, ``FMT007`` if it is not an architecture.
    """
    layer = _parse_layer(plain(root, notes), notes, fallback="model", depth=0)
    if layer.model is None:
        raise without_graph(layer.class_name)
    return layer.model


def without_graph(class_name: str) -> MigrationError:
    """Why a model whose configuration lists no layers cannot be read as layers: ``CFG022``."""
    return MigrationError(
        "CFG022",
        f"the architecture is a {class_name!r}, which contains no graph of layers",
        "Supply its class with --custom-objects FILE.py, or the function that builds it with --architecture.",
    )


def is_model_config(class_name: str, config: Any) -> bool:
    """Whether an object is a model: a list of layers, or a dict that contains one under ``layers``."""
    if class_name in SEQUENTIAL_CLASSES:
        return isinstance(config, list) or (isinstance(config, Mapping) and "layers" in config)
    return (
        isinstance(config, Mapping)
        and isinstance(config.get("layers"), list)
        and ("output_layers" in config or "input_layers" in config)
    )


def plain(value: Any, notes: Notes, depth: int = 0) -> Any:
    """Remove the wrappers of newer formats from a JSON value.

    Tuples become lists, functions become names, ``{"type": "ndarray"}`` becomes its value, and objects keep
    only ``class_name`` and ``config`` (with ``registered_name`` if the class is a user's).
    """
    if depth > 4 * _MAX_DEPTH:
        raise MigrationError("SEC009", "the configuration is nested deeper than any model needs")
    if isinstance(value, list):
        return [plain(item, notes, depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return value
    class_name = value.get("class_name")
    if class_name == "__tuple__":
        return [plain(item, notes, depth + 1) for item in value.get("items", [])]
    if class_name == "function" and "module" in value:
        return value["config"] if isinstance(value["config"], str) else dict(value)
    if class_name in ("__tensor__", "__numpy__"):
        return plain(value["config"].get("value"), notes, depth + 1)
    if value.get("type") == "ndarray" and "value" in value:
        notes.record(NDARRAY_VALUE.code, "", dict(value), value["value"])
        return value["value"]
    result = {key: plain(item, notes, depth + 1) for key, item in value.items()}
    if isinstance(class_name, str) and "config" in result and "module" in result:
        result.pop("module")
        result.pop("build_config", None)
        result.pop("compile_config", None)
        registered = result.pop("registered_name", None)
        if registered and ">" in registered:
            result["registered_name"] = registered
    return result


def _parse_layer(entry: Mapping[str, Any], notes: Notes, *, fallback: str, depth: int) -> Layer:
    if depth > _MAX_DEPTH:
        raise MigrationError("SEC009", "models are nested deeper than any model needs")
    if (
        not isinstance(entry, Mapping)
        or not isinstance(entry.get("class_name"), str)
        or "config" not in entry
    ):
        raise MigrationError("FMT007", f"not a layer configuration: {_short(entry)}")
    class_name, config = entry["class_name"], entry["config"]
    registered = entry.get("registered_name")
    if class_name.startswith(f"{OWN}>"):
        registered = class_name  # the class keeps its package, so that no rule mistakes it for the stock one
    elif ">" in class_name:
        registered, class_name = class_name, class_name.split(">")[-1]
    own_name = config.get("name") if isinstance(config, Mapping) else None
    name = entry.get("name") or own_name
    if not isinstance(name, str):
        name = fallback
        notes.record(UNTITLED_LAYER.code, fallback, None, fallback)
    if is_model_config(class_name, config):
        model = _parse_model(class_name, name, config, registered, notes, depth)
        own = (
            {}
            if isinstance(config, list)
            else {k: v for k, v in config.items() if k in ("dtype", "trainable")}
        )
        return Layer(class_name, name, own, model=model, registered_name=registered)
    if not isinstance(config, Mapping):
        raise MigrationError("FMT007", f"the configuration of layer {name!r} is not an object", place=name)
    children: dict[str, Layer] = {}
    kept: dict[str, Any] = {}
    for key, value in config.items():
        children.update(_parse_children(class_name, name, key, value, notes, depth))
        if not any(c == key or c.startswith(f"{key}/") for c in children):
            kept[key] = value
    if class_name == "Bidirectional" and "layer" in children:
        children["forward_layer"] = children.pop("layer")
    return Layer(class_name, name, kept, children=children, registered_name=registered)


def _parse_children(
    class_name: str, owner: str, key: str, value: Any, notes: Notes, depth: int
) -> dict[str, Layer]:
    """Layers inside a configuration value: of wrappers, of RNNs over cells, of stacks of cells."""
    if key in ("layer", "backward_layer", "cell") and _is_object(value):
        return {key: _parse_layer(value, notes, fallback=f"{owner}_{key}", depth=depth + 1)}
    if key in ("cells", "layers") and isinstance(value, list) and value and all(_is_object(v) for v in value):
        return {
            f"{key}/{i}": _parse_layer(cell, notes, fallback=f"{owner}_{key}_{i}", depth=depth + 1)
            for i, cell in enumerate(value)
        }
    return {}


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("class_name"), str) and "config" in value


def _parse_model(
    class_name: str, name: str, config: Any, registered: str | None, notes: Notes, depth: int
) -> Model:
    if isinstance(config, list):
        notes.record(LIST_SEQUENTIAL.code, name, "list", "dict")
        config = {"name": name, "layers": config}
    trainable = bool(config.get("trainable", True))
    if class_name in SEQUENTIAL_CLASSES or "output_layers" not in config:
        return _parse_sequential(class_name, name, config, trainable, registered, notes, depth)
    return _parse_functional(class_name, name, config, trainable, registered, notes, depth)


def _parse_sequential(
    class_name: str,
    name: str,
    config: Mapping[str, Any],
    trainable: bool,
    registered: str | None,
    notes: Notes,
    depth: int,
) -> Model:
    layers = [
        _parse_layer(entry, notes, fallback=f"{_class_of(entry).lower()}_{i + 1}", depth=depth + 1)
        for i, entry in enumerate(config["layers"])
    ]
    shape = config.get("build_input_shape")
    if layers and layers[0].class_name == "DenseFeatures" and isinstance(shape, Mapping):
        layers[0] = layers[0].with_config(build_input_shape=shape)  # the sizes of its named inputs
    elif layers and layers[0].class_name != "InputLayer":
        first = layers[0]
        declared = first.config.get("batch_input_shape")
        if (
            declared is None
            and isinstance(shape, list)
            and all(d is None or isinstance(d, int) for d in shape)
        ):
            declared = shape
        if declared is not None:
            dtype = first.config.get("input_dtype") or _input_dtype(first)
            notes.record(BATCH_INPUT_SHAPE.code, f"{name}/{first.name}", declared, "InputLayer")
            entry = Layer(
                "InputLayer", f"{first.name}_input", {"batch_input_shape": declared, "dtype": dtype}
            )
            layers.insert(0, entry)
    return Model(class_name, name, Topology.SEQUENTIAL, tuple(layers), None, None, trainable, registered)


def _input_dtype(first: Layer) -> str:
    """The dtype of a first layer's placeholder in Keras 2: the layer's own, or that of ids for embeddings."""
    if first.class_name == "Embedding":
        return "float32" if "dtype" in first.config else "int32"
    dtype = first.config.get("dtype")
    return dtype if isinstance(dtype, str) and not dtype.startswith(("_", "mixed_")) else "float32"


def _parse_functional(
    class_name: str,
    name: str,
    config: Mapping[str, Any],
    trainable: bool,
    registered: str | None,
    notes: Notes,
    depth: int,
) -> Model:
    entries = in_graph(config, name, notes)
    bare = [_parse_layer(e, notes, fallback=f"layer_{i}", depth=depth + 1) for i, e in enumerate(entries)]
    offsets = {layer.name: node_offset(layer) for layer in bare}

    def ref(name_: str, node: int, tensor: int) -> TensorRef:
        if offsets[name_] and node:
            notes.record(NESTED_NODE_INDEX.code, f"{name}/{name_}", node, node - 1)
        return TensorRef(name_, max(node - offsets[name_], 0), tensor)

    layers = []
    for layer, entry in zip(bare, entries, strict=True):
        nodes = [_parse_node(layer, n, offsets, ref, name) for n in entry.get("inbound_nodes") or []]
        layers.append(
            Layer(
                layer.class_name,
                layer.name,
                layer.config,
                tuple(nodes),
                {},
                layer.children,
                layer.model,
                layer.registered_name,
            )
        )
    inputs = _parse_endpoints(config.get("input_layers"), offsets, ref, f"{name}/input_layers", notes)
    outputs = _parse_endpoints(config.get("output_layers"), offsets, ref, f"{name}/output_layers", notes)
    return Model(class_name, name, Topology.FUNCTIONAL, tuple(layers), inputs, outputs, trainable, registered)


def node_offset(layer: Layer) -> int:
    """1 for a nested model that starts with its own node: Keras 2 counts its calls from 1.

    This applies to Functional models and to Sequential ones that know their input
    (``_should_skip_first_node`` of Keras 2.4 to 2.15; ``Container`` before).
    """
    if layer.model is None:
        return 0
    if layer.model.topology is Topology.FUNCTIONAL:
        return 1
    first = layer.model.layers[0] if layer.model.layers else None
    if first is None:
        return 0
    return 1 if first.class_name == "InputLayer" or first.model is not None else 0


def _parse_node(layer: Layer, data: Any, offsets: Mapping[str, int], ref: Any, owner: str) -> Node:
    """One entry of ``inbound_nodes``: the first argument as a structure, other arguments by keyword."""
    if isinstance(data, Mapping) and "args" in data:
        raise MigrationError(
            "FMT013", "the node is written in the Keras 3 format", place=f"{owner}/{layer.name}"
        )
    kwargs: dict[str, Any] = {}

    def leaf(item: list[Any]) -> Any:
        if len(item) > 3 and isinstance(item[3], Mapping):
            kwargs.update(item[3])
        if item[0] == "_CONSTANT_VALUE":
            return item[2]
        if item[0] not in offsets:
            raise MigrationError(
                "CFG011",
                f"layer {layer.name!r} takes its input from {item[0]!r}, which is not in the model",
                place=owner,
            )
        return ref(item[0], item[1], item[2])

    def first_argument(item: Any) -> Any:
        if _is_triple(item):
            return leaf(item)
        if isinstance(item, Mapping):
            return {key: first_argument(value) for key, value in item.items()}
        if isinstance(item, list):
            return [first_argument(value) for value in item]
        return item

    argument = first_argument(data)
    unwrap = isinstance(argument, list) and len(argument) == 1 and layer.class_name not in PRESERVE_STRUCTURE
    if unwrap:
        argument = argument[0]

    def keyword(item: Any) -> Any:
        if isinstance(item, list):
            named = len(item) == 3 and isinstance(item[0], str)
            if named and item[0] in offsets and all(type(i) is int for i in item[1:]):
                return ref(*item)
            if named and item[0] == "_CONSTANT_VALUE":
                return item[2]
            return [keyword(value) for value in item]
        if isinstance(item, Mapping):
            return {key: keyword(value) for key, value in item.items()}
        return item

    return Node((argument,), {key: keyword(value) for key, value in kwargs.items()})


def _is_triple(item: Any) -> bool:
    return (
        isinstance(item, list)
        and 3 <= len(item) <= 4
        and isinstance(item[0], str)
        and type(item[1]) is int
        and (item[0] == "_CONSTANT_VALUE" or type(item[2]) is int)
    )


def _parse_endpoints(value: Any, offsets: Mapping[str, int], ref: Any, place: str, notes: Notes) -> Any:
    """``input_layers`` or ``output_layers``: a triple, a list of triples or a nested structure."""
    if _is_triple(value):
        return ref(value[0], value[1], value[2])
    if isinstance(value, Mapping):
        return {key: _parse_endpoints(item, offsets, ref, place, notes) for key, item in value.items()}
    if isinstance(value, list):
        items = [_parse_endpoints(item, offsets, ref, place, notes) for item in value]
        if len(items) == 1 and isinstance(items[0], TensorRef):
            notes.record(LIST_WRAPPED_OUTPUTS.code, place, value, value[0])
            return items[0]
        return items
    raise MigrationError("CFG023", f"not a tensor reference: {_short(value)}", place=place)


def _class_of(entry: Any) -> str:
    return str(entry.get("class_name", "layer")) if isinstance(entry, Mapping) else "layer"


def _short(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
