"""Describe and call the signatures of a SavedModel. Runs inside a world: TensorFlow is imported when called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.guest.runner import cases_of, to_numpy

SESSION_ONLY = (
    "is not a valid parameter name",
    "has a reference type",
    "appears more than once in the input list",
)
"""Words of errors that concern Python functions, not the graph: keys that are keywords such as ``in``, fetches of
reference variables, two keys of one tensor."""


class SessionOnlyError(Exception):
    """TensorFlow 2 can make no Python function of a signature; a session can still run it."""


def load(path: str, tags: list[str] | None = None) -> Any:
    """``tf.saved_model.load`` of the meta graph with these tags; an empty list asks for the one without any.

    Raises:
        MigrationError: ``FMT018`` when TensorFlow cannot restore it.
        SessionOnlyError: a session can still run the graph.
    """
    import tensorflow as tf

    try:
        return tf.saved_model.load(path, tags=tags)
    except Exception as error:
        if any(words in str(error) for words in SESSION_ONLY):
            raise SessionOnlyError(str(error)) from error
        raise MigrationError(
            "FMT018",
            f"TensorFlow cannot load the SavedModel: {type(error).__name__}: {one_line(error, 300)}",
            "Check that the folder is complete and that every custom op it uses is installed.",
        ) from error


def describe_signatures(
    signatures: Mapping[str, Any], orders: Mapping[str, Mapping[str, list[str]]]
) -> dict[str, Any]:
    """Inputs and outputs of every signature.

    Args:
        signatures: name to concrete function.
        orders: signature to the order of its ``inputs`` and ``outputs`` keys as the file has them; TensorFlow
            sorts them.
    """
    described = {}
    for name, function in signatures.items():
        specs = function.structured_input_signature[1]
        outputs = {key: value for key, value in function.structured_outputs.items() if value is not None}
        order = orders.get(name, {})
        described[name] = {
            "inputs": [_spec(key, specs[key]) for key in ordered(order.get("inputs", []), specs)],
            "outputs": [_spec(key, outputs[key]) for key in ordered(order.get("outputs", []), outputs)],
            "stateful": is_stateful(function),
        }
    return described


def is_stateful(function: Any) -> bool:
    """Whether a call changes variables, as a stateful RNN does."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    return any(node.op.startswith("Assign") for node in nodes)


def ordered(order: list[str], keys: Mapping[str, Any]) -> list[str]:
    """The keys in the file's order where it is known and complete, else as TensorFlow has them."""
    return order if sorted(order) == sorted(keys) else list(keys)


def _spec(key: str, spec: Any) -> dict[str, Any]:
    shape = None if spec.shape.rank is None else [None if d is None else int(d) for d in spec.shape]
    return {"name": key, "shape": shape, "dtype": spec.dtype.name}


def call_signature(function: Any, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    """Run one signature on every case of ``probes``: inputs by position to ``inputs`` keys.

    A stateful graph is put back into its first state before each case.
    """
    import tensorflow as tf

    specs = function.structured_input_signature[1]
    initial = [(v, tf.identity(v)) for v in function.variables] if is_stateful(function) else []
    results = {}
    for number, arrays in enumerate(cases_of(Path(params["probes"]))):
        for variable, value in initial:
            variable.assign(value)
        tensors = {
            key: tf.convert_to_tensor(array, dtype=specs[key].dtype)
            for key, array in zip(params["inputs"], arrays, strict=True)
        }
        outputs = function(**tensors)
        for position, key in enumerate(params["outputs"]):
            results[f"{number}/{position}"] = to_numpy(outputs[key])
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out)}
