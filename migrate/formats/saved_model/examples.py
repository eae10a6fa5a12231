"""What a signature expects inside serialised ``tf.Example`` strings: the features that its parsing operations name.

Estimators and feature columns serve strings; the specification of their features stands in the graph, in the keys,
types, shapes and defaults of ``ParseExample``, ``ParseExampleV2`` and ``ParseSingleExample``
(``tensorflow/core/ops/parsing_ops.cc``). The input is followed through calls of functions to the nodes that parse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from migrate.findings import MigrationError
from migrate.formats.checkpoint.dtypes import dtype_name
from migrate.formats.saved_model.objects import parse_shape
from migrate.formats.saved_model.tables import decode_tensor, static_tables
from migrate.formats.wire import Message, fields

if TYPE_CHECKING:
    from migrate.formats.saved_model.reader import MetaGraph, SavedModel

PARSING = frozenset({"ParseExample", "ParseExampleV2", "ParseSingleExample"})
DECODING = frozenset({"DecodeJpeg", "DecodePng", "DecodeImage"})
"""Operations that make pixels of a picture's bytes, whichever of the formats it is in."""
_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall", "TPUPartitionedCall"})
_PASSING = frozenset({"Identity", "IdentityN", "Reshape", "ExpandDims", "Squeeze", "PlaceholderWithDefault"})
_FILLING = frozenset({"InitializeTable", "InitializeTableV2", "LookupTableImport", "LookupTableImportV2"})
MAX_WORDS = 64
_MAX_VOCABULARY = 1 << 16
"""Bytes of a vocabulary file that are looked at."""
_DEPTH = 32
Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a ``tf.Example``.

    Attributes:
        key: its name.
        dtype: ``float32``, ``int64`` or ``string``.
        shape: of a dense feature, None for a free first dimension; None altogether for a sparse or ragged one.
        required: parsing fails without it.
    """

    key: str
    dtype: str
    shape: Shape | None = None
    required: bool = False


@dataclass(slots=True)
class _Scope:
    """Nodes of a graph or of a function's body."""

    nodes: dict[str, Message] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)

    def input_of(self, node: Message, position: int) -> str:
        """Name of the node or argument behind an input."""
        names = node.texts(3)
        return names[position].lstrip("^").split(":")[0] if position < len(names) else ""

    def constant(self, name: str) -> np.ndarray[Any, Any] | None:
        """The values of a constant, whose shape may be changed on the way; None for anything else."""
        for _ in range(_DEPTH):
            node = self.nodes.get(name)
            if node is None:
                return None
            if node.text(2) == "Const":
                return decode_tensor(_attributes(node)["value"].message(8))
            if node.text(2) not in _PASSING:
                return None
            name = self.input_of(node, 0)
        return None


def example_features(meta: MetaGraph) -> dict[str, dict[str, tuple[Feature, ...]]]:
    """Signature → input key → features, for inputs of strings that a parsing operation takes.

    Raises:
        MigrationError: FMT015 when a node of the graph is damaged.
    """
    wanted = [s for s in meta.signatures if any(t.dtype == "string" for t in s.inputs)]
    if not wanted or not PARSING & meta.graph.ops.keys():
        return {}
    main, functions = _scopes(meta.graph_data)
    found: dict[str, dict[str, tuple[Feature, ...]]] = {}
    for signature in wanted:
        for tensor in (t for t in signature.inputs if t.dtype == "string"):
            features = {f.key: f for f in _parsed(main, {tensor.tensor.split(":")[0]}, functions, 0)}
            if features:
                found.setdefault(signature.name, {})[tensor.key] = tuple(features.values())
    return found


def words_of(model: SavedModel) -> list[str]:
    """Some words that the tables of the serving graph know, from constants and vocabulary files."""
    meta = model.serving
    words: dict[str, None] = {}
    for table in static_tables(meta).values():
        for word in (*table.get("keys", ()), *table.get("values", ())):
            if isinstance(word, str) and len(words) < MAX_WORDS:
                words[word] = None
    if _FILLING & meta.graph.ops.keys():
        main, _ = _scopes(meta.graph_data)
        for node in main.nodes.values():
            if node.text(2) in _FILLING:
                keys = main.constant(main.input_of(node, 1))
                if keys is not None and keys.dtype == object:
                    words |= {bytes(k).decode("utf-8", "replace"): None for k in keys.ravel()[:MAX_WORDS]}
    for name in meta.assets:
        words |= dict.fromkeys(_lines(model, name))
    return [word for word in words if word][:MAX_WORDS]


def _lines(model: SavedModel, asset: str) -> list[str]:
    path = model.path / "assets" / asset
    if not path.is_file():
        return []
    with path.open("rb") as file:
        head = file.read(_MAX_VOCABULARY)
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return []
    return text.split("\n")[:MAX_WORDS]


def _scopes(graph: memoryview) -> tuple[_Scope, dict[str, _Scope]]:
    main, functions = _Scope(), {}
    for number, value in fields(graph):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            node = Message(value)
            main.nodes[node.text(1)] = node
        elif number == 2:
            for function in Message(value).messages(1):
                signature = function.message(1)
                arguments = [argument.text(1) for argument in signature.messages(2)]
                nodes = {node.text(1): node for node in function.messages(3)}
                functions[signature.text(1)] = _Scope(nodes, arguments)
    return main, functions


def _parsed(scope: _Scope, sources: set[str], functions: dict[str, _Scope], depth: int) -> Iterator[Feature]:
    """Features of the nodes that parse what flows from ``sources``."""
    consumers: dict[str, list[Message]] = {}
    for node in scope.nodes.values():
        for name in node.texts(3):
            consumers.setdefault(name.split(":")[0], []).append(node)
    todo, seen = sorted(sources), set(sources)
    while todo:
        current = todo.pop()
        for node in consumers.get(current, ()):
            op = node.text(2)
            if op in PARSING and scope.input_of(node, 0) == current:
                yield from _features(scope, node)
            elif op in _PASSING and node.text(1) not in seen:
                seen.add(node.text(1))
                todo.append(node.text(1))
            elif depth < _DEPTH and (body := _body(node, functions)) is not None:
                names = [name.split(":")[0] for name in node.texts(3) if not name.startswith("^")]
                given = {a for a, name in zip(body.arguments, names, strict=False) if name == current}
                yield from _parsed(body, given, functions, depth + 1)


def _body(node: Message, functions: dict[str, _Scope]) -> _Scope | None:
    op = node.text(2)
    if op in _CALLS:
        called = _attributes(node).get("f")
        return functions.get(called.message(10).text(1)) if called is not None else None
    return functions.get(op)


def _attributes(node: Message) -> dict[str, Message]:
    return dict(node.mapping(5))


def _features(scope: _Scope, node: Message) -> Iterator[Feature]:
    """Features of one parsing node; its inputs are laid out by its operation."""
    attributes = _attributes(node)
    dense_types = _types(attributes, "Tdense")
    sparse_types = _types(attributes, "sparse_types")
    shapes = [parse_shape(shape) for shape in _listed(attributes, "dense_shapes").messages(7)]
    op = node.text(2)
    if op == "ParseExample":
        sparse_keys = [_text(scope, node, 2 + i) for i in range(len(sparse_types))]
        dense_keys = [_text(scope, node, 2 + len(sparse_types) + i) for i in range(len(dense_types))]
        first_default = 2 + len(sparse_types) + len(dense_types)
        ragged: list[tuple[str, str]] = []
    elif op == "ParseExampleV2":
        sparse_keys, dense_keys, ragged_keys = (_texts(scope, node, position) for position in (2, 3, 4))
        ragged = list(zip(ragged_keys, _types(attributes, "ragged_value_types"), strict=False))
        first_default = 5
    else:
        sparse_keys, dense_keys = (
            _listed(attributes, name).texts(2) for name in ("sparse_keys", "dense_keys")
        )
        ragged, first_default = [], 1
    for position, (key, dtype) in enumerate(zip(dense_keys, dense_types, strict=False)):
        shape = shapes[position] if position < len(shapes) else ()
        default = scope.constant(scope.input_of(node, first_default + position))
        free = shape is not None and None in shape[:1]
        has_default = default is not None and (default.size > 0 or free)
        yield Feature(key, dtype, shape or (), required=not has_default)
    for key, dtype in [*zip(sparse_keys, sparse_types, strict=False), *ragged]:
        yield Feature(key, dtype)


def _listed(attributes: dict[str, Message], name: str) -> Message:
    return attributes[name].message(1) if name in attributes else Message(b"")


def _types(attributes: dict[str, Message], name: str) -> list[str]:
    return [dtype_name(number) for number in _listed(attributes, name).ints(6)]


def _texts(scope: _Scope, node: Message, position: int) -> list[str]:
    array = scope.constant(scope.input_of(node, position))
    if array is None or array.dtype != object:
        raise MigrationError(
            "FMT015",
            f"the keys of {node.text(1)} are not constants",
            "Record inputs and outputs with the original framework as MODEL.golden.npz next to the model.",
        )
    return [bytes(value).decode("utf-8", "replace") for value in array.ravel()]


def _text(scope: _Scope, node: Message, position: int) -> str:
    return _texts(scope, node, position)[0]
