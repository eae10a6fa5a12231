"""Write a graph again by the names of its tensors, where its Python functions cannot be restored.

TF1 graphs hold reference variables, which TensorFlow 2 can run but not write again; other graphs have signature
keys that are no Python arguments.

The graph is imported with every variable read from a resource variable instead, so that the exported archive
owns its weights (tensorflow/tensorflow#42425). Only what a signature's outputs need is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.python.saved_model import loader_impl

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.worlds.contracts.saved_models import ReexportByNames, WrittenSavedModel
from migrate.worlds.guest.framework_types import Graph as TfGraph
from migrate.worlds.guest.framework_types import Operation, Proto, Session, Tensor
from migrate.worlds.guest.session import shape_of
from migrate.worlds.modern.signature_keys import restore_keys, speakable

_VARIABLE_OPS = frozenset({"Variable", "VariableV2"})
_HANDLE = "VarHandleOp"
_UPDATES = frozenset({"Assign", "AssignAdd", "AssignSub", "ScatterUpdate", "ScatterAdd", "ScatterSub"})
_TABLE = "HashTableV2"
COLLECTION = "migrated_variables"
"""Attribute of the loaded archive that lists every variable."""
_INIT_OPS = ("saved_model_main_op", "legacy_init_op")
_OTHER_TABLES = frozenset({"HashTable", "MutableHashTable", "MutableHashTableV2"})


@dataclass(frozen=True, slots=True)
class LoadedGraph:
    """A TF1 meta graph, loaded and initialised once in a session.

    Attributes:
        graph_def: the graph.
        signatures: name to signature definition.
        values: op name of each variable, reference or resource, to its value.
        trainable: op names of the variables that training changes.
        tables: op name of each lookup table to its keys and values.
    """

    graph_def: graph_pb2.GraphDef
    signatures: Mapping[str, Proto]
    values: Mapping[str, Array]
    trainable: frozenset[str]
    tables: Mapping[str, tuple[Array, Array]]


class Lifted(tf.Module):  # type: ignore[misc]
    """The state of a TF1 graph as TensorFlow 2 objects: resource variables and static tables."""

    def __init__(self, loaded: LoadedGraph) -> None:
        super().__init__()
        self.weights = [
            tf.Variable(value, name=name, trainable=name in loaded.trainable)
            for name, value in loaded.values.items()
        ]
        self.tables = [
            tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(keys, values), default_value=_zero(values)
            )
            for keys, values in loaded.tables.values()
        ]
        self.by_name = dict(zip(loaded.values, self.weights, strict=True))
        self.table_by_name = dict(zip(loaded.tables, self.tables, strict=True))


def _zero(values: Array) -> object:
    """The node that looks a key up has a default of its own; the table's is never used."""
    made: object = tf.constant("" if values.dtype.kind in "OSU" else 0, dtype=tf.as_dtype(values.dtype))
    return made


def reexport_by_names(call: ReexportByNames, scratch: Path) -> WrittenSavedModel:
    """Write a SavedModel to ``saved_model`` in the scratch folder, keeping the signatures of its ``orders``.

    Raises:
        MigrationError: ``EXP006`` for a signature that updates variables or needs a mutable table.
    """
    stored = call.stored
    loaded = load_graph(stored.path, stored.tags)
    module = Lifted(loaded)
    archive = keras.export.ExportArchive()
    archive.track(module)
    names = sorted(loaded.signatures, key=lambda name: name != DEFAULT_SIGNATURE)
    for name in names:
        function, specs = _endpoint(module, loaded, stored.orders[name], name)
        archive.add_endpoint(name, function, input_signature=specs)
    # The archive finds variables by what its functions read; a function that was handed a handle reads nothing.
    archive.add_variable_collection(COLLECTION, module.weights)
    out = scratch / "saved_model"
    # Gradients that a graph's author defined cannot be written again from a graph.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    archive.write_out(str(out), options=options, verbose=False)
    restore_keys(out, {name: speakable(stored.orders[name]["inputs"]) for name in names})
    return WrittenSavedModel(str(out))


def load_graph(path: Path, tags: list[str]) -> LoadedGraph:
    """Load a meta graph into a session, and take its state out of there."""
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph, v1.Session() as session:
        meta = v1.saved_model.load(session, tags, str(path))
        initialize_collected(session, meta, str(path))
        graph_def = graph.as_graph_def()
        variables = {v.op.name: v for v in v1.global_variables() if v.op.type in (*_VARIABLE_OPS, _HANDLE)}
        trainable = frozenset(v.op.name for v in v1.trainable_variables())
        if not variables:  # TF2 keeps its variables in the object graph, not in collections
            variables = _restored(session, graph)
            trainable = frozenset(variables) - _fixed(meta)
        values = session.run(variables)
        tables = {op.name: session.run(_exported(op)) for op in graph.get_operations() if op.type == _TABLE}
        signatures = {n: s for n, s in meta.signature_def.items() if not n.startswith("__")}
        return LoadedGraph(graph_def, signatures, values, trainable, tables)


def initialize_collected(session: Session, meta: Proto, path: str) -> None:
    """Fill the tables of a module of TF1 Hub: no operation does that on loading, its user was to do it."""
    if any(name in meta.collection_def for name in _INIT_OPS):
        return
    initializers = session.graph.get_collection(tf.compat.v1.GraphKeys.TABLE_INITIALIZERS)
    if initializers:
        session.run(initializers, loader_impl.get_asset_tensors(path, meta))


def _fixed(meta: Proto) -> set[str]:
    """Names of the variables that the object graph calls not trainable."""
    kinds = (node.variable for node in meta.object_graph_def.nodes if node.WhichOneof("kind") == "variable")
    return {variable.name for variable in kinds if not variable.trainable}


def _restored(session: Session, graph: TfGraph) -> dict[str, Tensor]:
    """The resource variables that loading gave a value, by the name of their op."""
    handles = {op.name: op for op in graph.get_operations() if op.type == _HANDLE}
    present = session.run(
        {n: tf.raw_ops.VarIsInitializedOp(resource=op.outputs[0]) for n, op in handles.items()}
    )
    return {
        name: tf.raw_ops.ReadVariableOp(resource=op.outputs[0], dtype=op.get_attr("dtype"))
        for name, op in handles.items()
        if present[name]
    }


def _exported(op: Operation) -> tuple[Tensor, Tensor]:
    """Keys and values of a table, read in the session that initialised it."""
    keys, values = tf.raw_ops.LookupTableExportV2(
        table_handle=op.outputs[0], Tkeys=op.get_attr("key_dtype"), Tvalues=op.get_attr("value_dtype")
    )
    return keys, values


def _endpoint(
    module: Lifted, loaded: LoadedGraph, order: Mapping[str, list[str]], name: str
) -> tuple[Callable[..., object], list[tf.TensorSpec]]:
    signature = loaded.signatures[name]
    inputs = {key: signature.inputs[key] for key in order["inputs"]}
    outputs = {key: signature.outputs[key].name for key in order["outputs"]}
    pruned = _pruned(loaded.graph_def, [n.split(":")[0] for n in outputs.values()], name)
    read = [node.name for node in pruned.node if node.op in _VARIABLE_OPS]
    handles = [node.name for node in pruned.node if node.op == _HANDLE]
    looked_up = [node.name for node in pruned.node if node.op == _TABLE]
    for node in pruned.node:
        if node.op in (*_VARIABLE_OPS, _HANDLE, _TABLE):
            _become_placeholder(node)
    present = {node.name for node in pruned.node}
    arguments = speakable(order["inputs"])
    specs = [
        tf.TensorSpec(shape_of(info.tensor_shape), tf.as_dtype(info.dtype), name=arguments[key])
        for key, info in inputs.items()
    ]

    def call(*tensors: Tensor) -> dict[str, Tensor]:
        mapping = {f"{v}:0": module.by_name[v].read_value() for v in read}
        capture = tf.compat.v1.get_default_graph().capture  # an imported graph takes symbolic tensors only
        mapping |= {f"{v}:0": capture(module.by_name[v].handle) for v in handles}
        mapping |= {f"{t}:0": capture(module.table_by_name[t].resource_handle) for t in looked_up}
        for tensor, info in zip(tensors, inputs.values(), strict=True):
            if info.name.split(":")[0] in present:
                mapping[info.name] = tensor
        results = tf.graph_util.import_graph_def(
            pruned, input_map=mapping, return_elements=list(outputs.values()), name=""
        )
        return dict(zip(outputs, results, strict=True))

    # A wrapped function adds no order of its own between operations, which loops of TensorFlow 1 do not bear.
    wrapped = tf.compat.v1.wrap_function(call, specs)

    def serve(*tensors: Tensor) -> object:
        found: object = wrapped(*tensors)
        return found

    return serve, specs


def _pruned(graph_def: graph_pb2.GraphDef, outputs: list[str], signature: str) -> graph_pb2.GraphDef:
    pruned = tf.compat.v1.graph_util.extract_sub_graph(graph_def, outputs)
    for node in pruned.node:
        if node.op in _UPDATES or node.op in _OTHER_TABLES:
            kind = "updates its variables" if node.op in _UPDATES else "needs a mutable table"
            raise MigrationError(
                "EXP006",
                f"signature {signature!r} {kind} ({node.op} {node.name!r}), which a TF1 graph with reference "
                "variables cannot be exported with",
                "Keep serving the old SavedModel, or save it again from TensorFlow 2 code.",
                place=node.name,
            )
    return pruned


def _become_placeholder(node: Proto) -> None:
    if node.op in (_TABLE, _HANDLE):
        node.attr["dtype"].type = tf.resource.as_datatype_enum
    node.op = "Placeholder"
    for key in [k for k in node.attr if k not in ("dtype", "shape")]:
        del node.attr[key]
    del node.input[:]
