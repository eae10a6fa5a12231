"""Lift a signature's graph, or a frozen graph, to a live Keras 3 model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf import json_format  # type: ignore[import-untyped]
from packaging.version import Version
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.grappler import tf_optimizer

from migrate.capsule.model import Array
from migrate.capsule.store import save_structure
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from migrate.lift.convert import convert
from migrate.lift.graph import Endpoint, Graph, GraphNode, Variable
from migrate.lift.recurrent import OUTPUTS, kind_of
from migrate.worlds.contracts.modern import LiftSignature
from migrate.worlds.guest.framework_types import Graph as TfGraph
from migrate.worlds.guest.framework_types import GraphDef, LiveModel, Proto, Tensor
from migrate.worlds.guest.graphs import read_graph
from migrate.worlds.guest.session import shape_of
from migrate.worlds.guest.variables import assign_model
from migrate.worlds.modern.build import build_model
from migrate.worlds.modern.reference_variables import load_graph

_VARIABLES = frozenset({"VarHandleOp", "Variable", "VariableV2"})
_ENTERING, _LEAVING = frozenset({"Enter", "RefEnter"}), frozenset({"Exit", "RefExit"})
_SWITCHING, _MERGING = frozenset({"Switch", "RefSwitch"}), frozenset({"Merge", "RefMerge"})
_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
_STEM = "lifted"


def lift(graph: Graph, scratch: Path) -> LiveModel:
    """The live model of a graph; its records are written as ``lifted.json`` into the scratch folder.

    Raises:
        MigrationError: ``EXP020`` and ``EXP021`` for what layers cannot express.
    """
    model = convert(graph, Era(Version("2.0"), tf_keras=True))
    save_structure(model, scratch, _STEM)
    live: LiveModel = build_model(model, {})
    assign_model(live, model)
    return live


def of_signature(call: LiftSignature) -> Graph:
    """The graph of a signature of a SavedModel."""
    loaded = load_graph(call.path, call.tags)
    signature = loaded.signatures.get(call.signature)
    if signature is None:
        raise MigrationError(
            "EXP020",
            f"{call.signature} is a function of the SavedModel's object, which has no signature to lift",
            "Migrate it first: the exported SavedModel has the signature, and can be lifted.",
        )
    order = call.orders[call.signature]
    inputs = {
        key: Endpoint(
            signature.inputs[key].name,
            tf.as_dtype(signature.inputs[key].dtype).name,
            tuple(shape_of(signature.inputs[key].tensor_shape) or ()),
        )
        for key in order["inputs"]
    }
    outputs = {key: signature.outputs[key].name for key in order["outputs"]}
    variables = {
        f"{name}:0": Variable(name, np.asarray(value), name in loaded.trainable)
        for name, value in loaded.values.items()
    }
    return graph_of(loaded.graph_def, inputs, outputs, variables)


def of_file(path: Path) -> Graph:
    """A frozen graph."""
    graph = read_graph(path)
    inputs = {e.name: Endpoint(e.tensor, e.dtype, tuple(e.shape or ())) for e in graph.ends.inputs}
    return graph_of(graph.graph_def, inputs, {e.name: e.tensor for e in graph.ends.outputs}, {})


def graph_of(
    graph_def: GraphDef,
    inputs: Mapping[str, Endpoint],
    outputs: Mapping[str, str],
    variables: Mapping[str, Variable],
) -> Graph:
    """What the outputs need of a graph, its functions inlined and its constants computed."""
    wanted = [t.split(":")[0] for t in outputs.values()]
    fed = {e.tensor for e in inputs.values()}
    pruned = tf.compat.v1.graph_util.extract_sub_graph(_inline(graph_def, outputs.values()), wanted)
    constants = _constants(pruned, fed)
    while decide(pruned, constants):
        pruned = tf.compat.v1.graph_util.extract_sub_graph(pruned, wanted)
        constants = _constants(pruned, fed)
    functions = {function.signature.name: function for function in graph_def.library.function}
    functions |= {function.signature.name: function for function in pruned.library.function}
    nodes = {node.name: _node(node, functions) for node in pruned.node}
    return Graph(nodes, constants, variables, inputs, outputs)


def decide(graph_def: GraphDef, constants: Mapping[str, Array]) -> bool:
    """Let the branches of TensorFlow 1 whose condition is constant pass, as ``training=False`` of a graph does.

    A ``Switch`` becomes what it passes on; a ``Merge`` its one input that lives. Nodes are changed in place.

    Returns:
        Whether any condition was decided.
    """
    taken = {
        node.name: bool(constants[key])
        for node in graph_def.node
        if node.op == "Switch" and (key := _full(node.input[1])) in constants
    }
    if not taken:
        return False
    dead = {f"{name}:{0 if truth else 1}" for name, truth in taken.items()}
    alive_merges: dict[str, str] = {}
    changed = True
    while changed:
        changed = False
        for node in graph_def.node:
            given = [_full(name) for name in node.input if not name.startswith("^")]
            held_up = any(name[1:] in dead for name in node.input if name.startswith("^"))
            living = [name for name in given if name not in dead and name.rpartition(":")[0] not in dead]
            if node.op == "Merge" and len(living) == 1 < len(given):
                alive_merges[node.name] = living[0]
            elif (held_up or len(living) < len(given)) and node.op != "Merge" and node.name not in dead:
                dead.add(node.name)
                changed = True
    for node in graph_def.node:
        if node.name in taken:
            _become_identity(node, node.input[0], "T")
        elif node.name in alive_merges:
            _become_identity(node, alive_merges[node.name], "T")
    for node in graph_def.node:
        for position, name in enumerate(node.input):
            if name.partition(":")[0] in taken and not name.startswith("^"):
                node.input[position] = name.partition(":")[0]
    return True


def _become_identity(node: Proto, tensor: str, dtype: str) -> None:
    kept = node.attr[dtype].type
    node.op = "Identity"
    del node.input[:]
    node.input.append(tensor)
    node.attr.clear()
    node.attr[dtype].type = kept


def _full(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _inline(graph_def: GraphDef, outputs: Iterable[str]) -> GraphDef:
    """The graph with its functions' bodies in place of their calls, as Grappler writes it."""
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_def, name="")
        meta = tf.compat.v1.train.export_meta_graph(graph_def=graph.as_graph_def(), graph=graph)
    for name in outputs:
        meta.collection_def["train_op"].node_list.value.append(name)
    config = config_pb2.ConfigProto()
    rewrite = config.graph_options.rewrite_options
    rewrite.min_graph_nodes = -1
    rewrite.meta_optimizer_iterations = rewriter_config_pb2.RewriterConfig.ONE
    rewrite.optimizers.append("function")
    optimized: GraphDef = tf_optimizer.OptimizeGraph(config, meta)
    for node in optimized.node:
        # Of a Keras RNN's call they are those of another function that computes the same (``api_implements``).
        node.attr.pop("_output_shapes", None)
    return optimized


def _node(node: Proto, functions: Mapping[str, Proto]) -> GraphNode:
    inputs = tuple(name if ":" in name else f"{name}:0" for name in node.input if not name.startswith("^"))
    attributes = {} if node.op == "Const" else json_format.MessageToDict(node).get("attr", {})
    op = node.op
    called = functions.get(node.attr["f"].func.name) if op in _CALLS else None
    if called is not None:
        told = called.attr
        op = (
            kind_of(told["api_implements"].s.decode("utf-8", "replace") if "api_implements" in told else "")
            or op
        )
        attributes |= {name: {"b": told[name].b} for name in ("go_backwards", "time_major") if name in told}
        # Grappler calls a copy without the outputs that nobody takes; names tell which those of the author are left.
        author = functions.get(called.signature.name.partition("_specialized_for_")[0], called)
        all_names = [argument.name for argument in author.signature.output_arg]
        names = [argument.name for argument in called.signature.output_arg]
        if set(names) <= set(all_names):
            attributes[OUTPUTS] = {"list": {"i": [str(all_names.index(name)) for name in names]}}
    return GraphNode(node.name, op, inputs, attributes)


def _constants(graph_def: GraphDef, fed: Set[str]) -> dict[str, Array]:
    """Values of all tensors that depend on constants alone, computed by TensorFlow itself.

    An input may have a default, which is a constant as long as nobody feeds it; ``fed`` names the inputs' tensors.
    """
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.graph_util.import_graph_def(graph_def, name="")
        known: dict[str, Tensor] = {}
        held = _between(graph, _ENTERING, _LEAVING) | _between(graph, _SWITCHING, _MERGING)
        for op in graph.get_operations():
            if op.name in held:
                continue
            stateful = op.op_def.is_stateful or op.type in _VARIABLES
            if not stateful and op.type != "Placeholder" and all(t.name in known for t in op.inputs):
                known |= {t.name: t for t in op.outputs if t.name not in fed}
        return {name: np.asarray(value) for name, value in session.run(known).items()}


def _between(graph: TfGraph, first: Set[str], last: Set[str]) -> set[str]:
    """Operations inside loops and branches of TensorFlow 1, both ends included: they may have no value to fetch."""
    todo = [op for op in graph.get_operations() if op.type in first]
    found = {op.name for op in todo}
    while todo:
        op = todo.pop()
        if op.type in last:
            continue
        after = [*(c for t in op.outputs for c in t.consumers()), *op._control_outputs]
        todo += [c for c in after if c.name not in found]
        found.update(c.name for c in after)
    return found
