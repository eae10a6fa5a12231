"""Lookup tables of a SavedModel: what its initialisers put into them.

A static table keeps its contents nowhere but in its initialiser: ``_initialize`` is a function whose bound inputs
are the table, and either two constants (keys and values) or an asset (a vocabulary file). The constants are nodes
of the graph (``SavedConstant.operation``). Mutable tables are in the checkpoint; see ``checkpoint.layers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from migrate.findings import MigrationError
from migrate.formats.checkpoint.dtypes import dtype_name, numpy_dtype
from migrate.formats.saved_model.graph import iterate_nodes
from migrate.formats.saved_model.objects import parse_shape

if TYPE_CHECKING:
    from migrate.formats.saved_model.objects import SavedObjects
    from migrate.formats.saved_model.reader import MetaGraph
    from migrate.formats.wire import Message

_TYPED_FIELDS = {
    "float32": 5, "float64": 6, "int32": 7, "int16": 7, "int8": 7, "uint8": 7, "string": 8, "int64": 10, "bool": 11,
}  # fmt: skip


def static_tables(meta: MetaGraph) -> dict[tuple[str, ...], dict[str, Any]]:
    """Object path of each static table → ``{"keys", "values"}``, or ``{"asset"}`` for one read from a file.

    Raises:
        MigrationError: FMT015 when a constant is damaged.
    """
    wanted: dict[int, list[int]] = {}
    for number in meta.objects.of_kind("resource"):
        inputs = _initializer_inputs(meta.objects, number)
        if inputs:
            wanted[number] = inputs
    operations = {meta.objects.nodes[i].operation for inputs in wanted.values() for i in inputs} - {""}
    constants = read_constants(meta.graph_data, operations) if operations else {}
    tables: dict[tuple[str, ...], dict[str, Any]] = {}
    for number, inputs in wanted.items():
        nodes = [meta.objects.nodes[i] for i in inputs]
        arrays = [constants[node.operation] for node in nodes if node.operation in constants]
        assets = [meta.assets[node.asset] for node in nodes if 0 <= node.asset < len(meta.assets)]
        path = meta.objects.paths.get(number)
        if path is None:
            continue
        if assets:
            tables[path] = {"asset": assets[0]}
        elif len(arrays) == 2 and arrays[0].size == arrays[1].size:
            tables[path] = {"keys": _plain(arrays[0]), "values": _plain(arrays[1])}
    return tables


def _initializer_inputs(objects: SavedObjects, number: int) -> list[int]:
    """Objects that a resource's ``_initialize`` is bound to, the resource itself left out."""
    function = objects.nodes[number].children.get("_initialize")
    if function is None or not 0 <= function < len(objects.nodes):
        return []
    names = list(objects.nodes[function].functions)
    for child in objects.nodes[function].children.values():
        if 0 <= child < len(objects.nodes):
            names += objects.nodes[child].functions
    bound = [i for name in names for i in objects.bound_inputs.get(name, ())]
    return [i for i in dict.fromkeys(bound) if i != number and 0 <= i < len(objects.nodes)]


def read_constants(graph: memoryview, names: set[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The values of ``Const`` nodes of a ``GraphDef``, by node name.

    Raises:
        MigrationError: FMT015 when one is damaged, FMT024 when it holds no array.
    """
    found = {}
    for node in iterate_nodes(graph):
        name = node.text(1)
        if name in names and node.text(2) == "Const":
            value = next((attr for key, attr in node.mapping(5) if key == "value"), None)
            if value is not None:
                found[name] = decode_tensor(value.message(8))
    return found


def decode_tensor(message: Message) -> np.ndarray[Any, Any]:
    """A ``TensorProto``; strings come as an object array of bytes.

    Raises:
        MigrationError: FMT015 when its values do not fill its shape, FMT024 when it holds no array.
    """
    dtype, sizes = dtype_name(message.uint(1)), parse_shape(message.message(2))
    if sizes is None or None in sizes:
        raise MigrationError("FMT015", "a constant without a full shape", "Fetch the file again.")
    shape = tuple(size or 0 for size in sizes)
    count = 1
    for size in shape:
        count *= size
    field = _TYPED_FIELDS.get(dtype)
    numpy = numpy_dtype(dtype)
    if dtype != "string" and numpy is None:
        raise MigrationError("FMT024", f"a constant of {dtype} contains no array", "Leave it out.")
    raw = message.view(4)
    if len(raw) and numpy is not None:
        if len(raw) != count * numpy.itemsize:
            raise MigrationError(
                "FMT015", "a constant whose bytes do not fill its shape", "Fetch the file again."
            )
        return np.frombuffer(raw, numpy).reshape(shape)
    values: list[Any]
    if dtype == "string":
        values = [bytes(view) for view in message.views(8)]
    elif dtype == "float32":
        values = message.floats(5)
    elif field is not None:
        values = list(message.ints(field))
    else:
        values = []
    return _filled(values, shape, count, np.dtype(object) if numpy is None else numpy)


def _filled(
    values: list[Any], shape: tuple[int, ...], count: int, dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """Values in typed fields may stop early: the last one stands for the rest."""
    if len(values) > count or (count and not values):
        raise MigrationError(
            "FMT015", "a constant whose values do not fill its shape", "Fetch the file again."
        )
    array = np.empty(len(values), dtype)
    array[:] = values
    if len(values) < count:
        # A constant that repeats one value occupies no memory until somebody writes to it.
        if len(values) != 1:
            raise MigrationError(
                "FMT015", "a constant whose values do not fill its shape", "Fetch the file again."
            )
        return np.broadcast_to(array[0], shape)
    return array.reshape(shape)


def _plain(array: np.ndarray[Any, Any]) -> list[Any]:
    return [
        v.decode("utf-8", "surrogateescape") if isinstance(v, bytes) else v for v in array.ravel().tolist()
    ]
