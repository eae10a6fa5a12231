"""Describe and call the signatures of a SavedModel. Runs inside a world: TensorFlow is imported when called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from migrate.capsule.ends import Signature, TensorSpec
from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.contracts.models import ArraysFile, RunCases
from migrate.worlds.contracts.saved_models import Orders
from migrate.worlds.guest.framework_types import ConcreteFunction, Tensor, Trackable
from migrate.worlds.guest.runner import cases_of, dims, dtype_name, to_numpy, write_arrays

SESSION_ONLY = (
    "is not a valid parameter name",
    "has a reference type",
    "appears more than once in the input list",
)
"""Words of errors that concern Python functions, not the graph: keys that are keywords such as ``in``, fetches of
reference variables, two keys of one tensor."""


class SessionOnlyError(Exception):
    """TensorFlow 2 can make no Python function of a signature; a session can still run it."""


def load(path: Path, tags: list[str]) -> Trackable:
    """``tf.saved_model.load`` of the meta graph with these tags; an empty list asks for the one without any.

    Raises:
        MigrationError: ``FMT018`` when TensorFlow cannot restore it.
        SessionOnlyError: a session can still run the graph.
    """
    import tensorflow as tf

    try:
        loaded: Trackable = tf.saved_model.load(str(path), tags=tags)
    except Exception as error:
        if any(words in str(error) for words in SESSION_ONLY):
            raise SessionOnlyError(str(error)) from error
        raise MigrationError(
            "FMT018",
            f"TensorFlow cannot load the SavedModel: {type(error).__name__}: {one_line(error, 300)}",
            "Check that the folder is complete and that every custom op it uses is installed.",
        ) from error
    return loaded


def describe_signatures(functions: Mapping[str, ConcreteFunction], orders: Orders) -> dict[str, Signature]:
    """Inputs and outputs of every signature.

    Args:
        functions: by name.
        orders: of the keys, as the file has them; TensorFlow sorts them.
    """
    described = {}
    for name, function in functions.items():
        specs = function.structured_input_signature[1]
        outputs = {key: value for key, value in function.structured_outputs.items() if value is not None}
        order = orders.get(name, {})
        described[name] = Signature(
            tuple(_spec(key, specs[key]) for key in ordered(order.get("inputs", []), specs)),
            tuple(_spec(key, outputs[key]) for key in ordered(order.get("outputs", []), outputs)),
            is_stateful(function),
        )
    return described


def is_stateful(function: ConcreteFunction) -> bool:
    """Whether a call changes variables, as a stateful RNN does."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    return any(node.op.startswith("Assign") for node in nodes)


def ordered(order: list[str], keys: Iterable[str]) -> list[str]:
    """The keys in the file's order where it is known and complete, else as TensorFlow has them."""
    known = list(keys)
    return order if sorted(order) == sorted(known) else known


def _spec(key: str, spec: Tensor) -> TensorSpec:
    known = getattr(spec.shape, "rank", 0) is not None
    return TensorSpec(key, dims(spec.shape) if known else None, dtype_name(spec))


def call_signature(
    function: ConcreteFunction, asked: RunCases, inputs: list[str], outputs: list[str], scratch: Path
) -> ArraysFile:
    """Run one signature on every case: inputs by position to ``inputs`` keys.

    A stateful graph is put back into its first state before each case.
    """
    import tensorflow as tf

    specs = function.structured_input_signature[1]
    initial = [(v, tf.identity(v)) for v in function.variables] if is_stateful(function) else []
    results = {}
    for number, arrays in enumerate(cases_of(asked.probes)):
        for variable, value in initial:
            variable.assign(value)
        tensors = {
            key: tf.convert_to_tensor(array, dtype=specs[key].dtype)
            for key, array in zip(inputs, arrays, strict=True)
        }
        found = function(**tensors)
        for position, key in enumerate(outputs):
            results[f"{number}/{position}"] = to_numpy(found[key])
    return write_arrays(scratch / asked.out, results)
