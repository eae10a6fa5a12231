"""Call a builder of the user's sources under tf-keras and write the architectures of the models that it makes."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tf_keras
from tensorflow.python.eager import context as eager

from migrate.findings import MigrationError
from migrate.formats.writers import BUILT_WITH
from migrate.worlds.contracts import legacy as asked
from migrate.worlds.kernels import clear_names
from migrate.worlds.legacy.era_defaults import unstated_defaults
from migrate.worlds.legacy.old_names import own_objects

_HINT = "The function takes no arguments and returns a tf.keras (Keras 2) model."
_MAX_MODELS = 8
_NAMES = frozenset({"name", "inbound_nodes", "input_layers", "output_layers"})
"""Keys of an architecture below which its layers are named."""


def architectures_of(call: asked.ArchitecturesOf, scratch: Path) -> asked.Built:
    """Call a builder; see the contract.

    Raises:
        MigrationError: ``CFG050`` when the file cannot be imported, ``CFG052`` when the function is missing, fails, or
            returns no Keras 2 model.
    """
    clear_names(tf_keras.backend.clear_session, eager.context())
    with _of_any_era():
        objects = own_objects([str(call.file)])
    if call.function not in objects:
        raise MigrationError("CFG052", f"{call.file.name} defines no function {call.asked!r}", _HINT)
    given = [] if call.sizes is None else [call.sizes]
    try:
        with _of_any_era(), _only_built(), unstated_defaults(call.reset_after):
            result = objects[call.function](*given)
            if call.subclassed:
                held = result[0]
                models = [_written(_traced(*result), "", scratch, f"{call.out}0", held)]
            else:
                found = list(_models_in(result))[:_MAX_MODELS]
                models = [_written(m, part, scratch, f"{call.out}{n}") for n, (part, m) in enumerate(found)]
    except Exception as error:
        raise MigrationError(
            "CFG052", f"{call.asked} fails: {type(error).__name__}: {error}", _HINT
        ) from error
    if not models:
        kind = type(result).__name__
        raise MigrationError("CFG052", f"{call.asked} returns a {kind}, not a Keras 2 model", _HINT)
    return asked.Built(models)


@contextmanager
def _of_any_era() -> Iterator[None]:
    """Optimizers take what they took in any release (``decay``), because nothing is trained with them."""
    legacy = tf_keras.optimizers.legacy
    names = [name for name in vars(legacy) if name[0].isupper() and hasattr(tf_keras.optimizers, name)]
    before = {name: getattr(tf_keras.optimizers, name) for name in names}
    for name in names:
        setattr(tf_keras.optimizers, name, getattr(legacy, name))
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(tf_keras.optimizers, name, value)


@contextmanager
def _only_built() -> Iterator[None]:
    """What a builder does beside building (compile, print, load weights) is left out: its files are not here."""
    left_out = ("compile", "summary", "load_weights")
    before = {name: getattr(tf_keras.Model, name) for name in left_out}
    own = {name: vars(tf_keras.Sequential).get(name) for name in left_out}
    for name in left_out:
        setattr(tf_keras.Model, name, _nothing)
        if own[name] is not None:
            setattr(tf_keras.Sequential, name, _nothing)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(tf_keras.Model, name, value)
        for name, value in own.items():
            if value is not None:
                setattr(tf_keras.Sequential, name, value)


def _nothing(self: Any, *args: Any, **kwargs: Any) -> None:
    del self, args, kwargs


def _models_in(result: Any) -> Iterator[tuple[str, Any]]:
    """Models in what a builder returned, with where: itself, an element, a value, an attribute."""
    if isinstance(result, tf_keras.Model):
        yield "", result
    elif isinstance(result, list | tuple):
        yield from ((f"[{n}]", part) for n, part in enumerate(result) if isinstance(part, tf_keras.Model))
    elif isinstance(result, dict):
        yield from ((f"[{k!r}]", part) for k, part in result.items() if isinstance(part, tf_keras.Model))
    else:
        held = getattr(result, "__dict__", {})
        yield from ((f".{k}", part) for k, part in held.items() if isinstance(part, tf_keras.Model))


def _traced(model: Any, shapes: list[tuple[int | None, ...]]) -> Any:
    """The graph of what a model of the author's class computes.

    HDF5 files hold the weights of such a model in the order in which it holds its layers, those of a graph in the order
    in which they are called.

    Raises:
        ValueError: these orders differ.
    """
    inputs = [tf_keras.Input(shape) for shape in shapes]
    takes = inspect.signature(model.call).parameters
    outputs = model.call(
        inputs[0] if len(inputs) == 1 else inputs, **({"training": False} if "training" in takes else {})
    )
    graph = tf_keras.Model(inputs, outputs)
    held, called = ([layer.name for layer in one.layers if layer.weights] for one in (model, graph))
    if held != called:
        raise ValueError(f"the class holds its layers as {held} and calls them as {called}")
    return graph


def _written(model: Any, part: str, scratch: Path, name: str, held: Any = None) -> asked.BuiltModel:
    """Write the architecture of a model; ``held`` is what lists its layers, where that is another object."""
    out = scratch / f"{name}.json"
    architecture = json.loads(model.to_json())
    # This release gave the names; what they mean is for the release that wrote the weights to say.
    architecture[BUILT_WITH] = architecture.pop("keras_version", tf_keras.__version__)
    architecture.pop("backend", None)
    out.write_text(json.dumps(architecture), encoding="utf-8")
    weights = [(layer.name, weight) for layer in model.layers for weight in _in_file_order(layer)]
    shapes = [list(map(int, weight.shape)) for _, weight in weights]
    topology = [layer.name for layer in (model if held is None else held).layers]
    return asked.BuiltModel(out, part, shapes, [name for name, _ in weights], topology, _alike(architecture))


def _alike(architecture: Any) -> str:
    """A digest of an architecture whose layers are called by their number."""
    numbers: dict[str, int] = {}

    def number(node: Any) -> None:
        if isinstance(node, dict):
            name = node.get("name")
            if isinstance(name, str):
                numbers.setdefault(name, len(numbers))
            for value in node.values():
                number(value)
        elif isinstance(node, list):
            for value in node:
                number(value)

    def renamed(node: Any, named: bool = False) -> Any:
        if isinstance(node, dict):
            return {key: renamed(value, key in _NAMES) for key, value in node.items()}
        if isinstance(node, list):
            return [renamed(value, named) for value in node]
        return numbers.get(node, node) if named and isinstance(node, str) else node

    number(architecture)
    return hashlib.sha256(json.dumps(renamed(architecture), sort_keys=True).encode()).hexdigest()


def _in_file_order(layer: Any) -> list[Any]:
    """Weights of a layer as HDF5 files list them: trainable ones first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]
