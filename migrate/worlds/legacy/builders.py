"""Call a builder of the user's sources under tf-keras and write the architectures of the models that it makes."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path

import tf_keras
from tensorflow.python.eager import context as eager
from tf_keras.src import backend
from tf_keras.src.engine.functional import Functional

from migrate.findings import MigrationError
from migrate.formats.writers import BUILT_WITH
from migrate.worlds.contracts import legacy as asked
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Tensor, Variable
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.legacy.addons import with_addons
from migrate.worlds.legacy.era_defaults import unstated_defaults
from migrate.worlds.legacy.old_names import own_objects

_HINT = "The function must return a tf.keras (Keras 2) model; pass its arguments as 'FILE.py:FUNCTION(classes=10)'."
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
    with _of_any_era(), with_addons():
        objects = own_objects([str(call.file)])
    if call.function not in objects:
        raise MigrationError("CFG052", f"{call.file.name} defines no function {call.asked!r}", _HINT)
    given = [] if call.sizes is None else [call.sizes]
    try:
        with (
            _of_any_era(),
            with_addons(),
            _only_built(),
            _channels_first() if call.channels_first else nullcontext(),
            unstated_defaults(call.reset_after),
            _among(call, scratch),
        ):
            result = objects[call.function](*given)
            if call.subclassed:
                held, shapes = result
                made = [("", _traced(held, shapes, call.named), held)]
            else:
                found = islice(_models_in(result), _MAX_MODELS)
                made = [(part, _graph_of(model, call.named), model) for part, model in found]
            names = call.named if call.renamed else ()
            models = [
                _written(model, part, scratch / f"{call.out}{number}.json", held, names)
                for number, (part, model, held) in enumerate(made)
            ]
    except FileNotFoundError as error:
        raise MigrationError(
            "CFG052",
            f"{call.asked} reads {error.filename}, which the sources do not contain",
            f"Put {error.filename} where the code reads it, below --source.",
            str(error.filename),
        ) from error
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
def _channels_first() -> Iterator[None]:
    """Channels before the other dimensions where the code names no order, with what Keras 1 made of that.

    ``Flatten`` of Keras 1 knew no order, that of tf-keras moves channels behind. And ``bias_add`` of tf-keras takes the
    order for matrices, too, of which TensorFlow refuses it: those of a ``GRU``.
    """
    flatten = tf_keras.layers.Flatten
    before, add, init = backend.image_data_format(), backend.bias_add, flatten.__init__

    def bias_add(x: Tensor, bias: Tensor, data_format: str | None = None) -> Tensor:
        total: Tensor = add(x, bias, "channels_last" if len(x.shape) < 3 else data_format)
        return total

    def flattening(self: LiveLayer, data_format: str | None = None, **kwargs: object) -> None:
        init(self, data_format=data_format or "channels_last", **kwargs)

    backend.set_image_data_format("channels_first")
    backend.bias_add, flatten.__init__ = bias_add, flattening
    try:
        yield
    finally:
        backend.set_image_data_format(before)
        backend.bias_add, flatten.__init__ = add, init


@contextmanager
def _among(call: asked.ArchitecturesOf, scratch: Path) -> Iterator[None]:
    """The files that a builder reads stand where it runs, in a copy: it may write beside them."""
    if not call.files:
        yield
        return
    here = scratch / f"{call.out}files"
    for file in sorted(call.file.parent.rglob("*")):
        if file.is_file() and file.suffix != ".py":  # other builders stand there, too
            target = here / file.relative_to(call.file.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    here.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(here):
        yield


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


def _nothing(self: LiveModel, *args: object, **kwargs: object) -> None:
    del self, args, kwargs


def _models_in(result: object) -> Iterator[tuple[str, LiveModel]]:
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


def _traced(model: LiveModel, shapes: list[tuple[int | None, ...]], named: tuple[str, ...]) -> LiveModel:
    """The graph of what a model of the author's class computes of inputs of some shapes; see `_called_with`."""
    return _called_with(model, [tf_keras.Input(shape) for shape in shapes], named)


def _graph_of(model: LiveModel, named: tuple[str, ...]) -> LiveModel:
    """A model that is a graph; of a class around one (Addons' wrapper) that of what it computes of its inputs."""
    is_graph = isinstance(model, Functional | tf_keras.Sequential)
    around = [layer for layer in model.layers if isinstance(layer, Functional)]
    if is_graph or len(around) != 1:
        return model
    inputs = [tf_keras.Input(batch_shape=given.shape, dtype=given.dtype) for given in around[0].inputs]
    for made, given in zip(inputs, around[0].input_names, strict=True):
        made.node.layer._name = given
    return _called_with(model, inputs, named)


def _called_with(model: LiveModel, inputs: list[Tensor], named: tuple[str, ...]) -> LiveModel:
    """The graph of what a model of the author's class computes.

    HDF5 files hold the weights of such a model in the order in which it holds its layers, those of a graph in the order
    in which they are called. Where these differ, the layers get the names that the file has for them, so that names
    decide.

    Raises:
        ValueError: the orders differ, and the file has another number of layers.
    """
    takes = inspect.signature(model.call).parameters
    outputs = model.call(
        inputs[0] if len(inputs) == 1 else inputs, **({"training": False} if "training" in takes else {})
    )
    graph: LiveModel = tf_keras.Model(inputs, outputs)
    held, called = ([layer for layer in one.layers if layer.weights] for one in (model, graph))
    if [layer.name for layer in held] != [layer.name for layer in called]:
        if {id(layer) for layer in held} != {id(layer) for layer in called} or len(named) != len(held):
            names = [[layer.name for layer in layers] for layers in (held, called)]
            raise ValueError(f"the class stores its layers as {names[0]} and calls them as {names[1]}")
        graph = _renamed(graph, held, named)
    return graph


def _renamed(model: LiveModel, layers: list[LiveLayer], names: tuple[str, ...]) -> LiveModel:
    """A model whose layers are called otherwise: a graph knows its nodes by the names of their layers."""
    for layer, name in zip(layers, names, strict=True):
        layer._name = name
    if not isinstance(model, Functional) or isinstance(model, tf_keras.Sequential):
        return model
    renamed: LiveModel = Functional(model._nested_inputs, model._nested_outputs, name=model.name)
    return renamed


def _written(
    model: LiveModel, part: str, out: Path, held: LiveModel, renamed: tuple[str, ...]
) -> asked.BuiltModel:
    """Write the architecture of a model.

    Args:
        model: a graph.
        part: of what a builder returned.
        out: the file.
        held: what lists its layers: itself, or the object that it is the graph of.
        renamed: names for its layers that have weights, in their order.
    """
    listed = held.layers
    if renamed:
        model = _renamed(model, [layer for layer in listed if layer.weights], renamed)
    architecture = json.loads(model.to_json())
    # This release gave the names; what they mean is for the release that wrote the weights to say.
    architecture[BUILT_WITH] = architecture.pop("keras_version", tf_keras.__version__)
    architecture.pop("backend", None)
    _number_axes(architecture)
    out.write_text(json.dumps(architecture), encoding="utf-8")
    weights = [(layer.name, weight) for layer in listed for weight in _in_file_order(layer)]
    shapes = [[int(size or 0) for size in weight.shape] for _, weight in weights]
    topology = [layer.name for layer in listed]
    return asked.BuiltModel(out, part, shapes, [name for name, _ in weights], topology, _alike(architecture))


def _number_axes(node: object) -> None:
    """The axis of a ``BatchNormalization`` as a number, as all releases before TensorFlow's own Keras wrote it."""
    if isinstance(node, dict):
        if node.get("class_name") == "BatchNormalization":
            config = node["config"]
            axis = config.get("axis")
            if isinstance(axis, list) and len(axis) == 1:
                config["axis"] = axis[0]
        for value in node.values():
            _number_axes(value)
    elif isinstance(node, list):
        for value in node:
            _number_axes(value)


def _alike(architecture: object) -> str:
    """A digest of an architecture whose layers are called by their number."""
    numbers: dict[str, int] = {}

    def number(node: object) -> None:
        if isinstance(node, dict):
            name = node.get("name")
            if isinstance(name, str):
                numbers.setdefault(name, len(numbers))
            for value in node.values():
                number(value)
        elif isinstance(node, list):
            for value in node:
                number(value)

    def renamed(node: object, named: bool = False) -> object:
        if isinstance(node, dict):
            return {key: renamed(value, key in _NAMES) for key, value in node.items()}
        if isinstance(node, list):
            return [renamed(value, named) for value in node]
        return numbers.get(node, node) if named and isinstance(node, str) else node

    number(architecture)
    return hashlib.sha256(json.dumps(renamed(architecture), sort_keys=True).encode()).hexdigest()


def _in_file_order(layer: LiveLayer) -> list[Variable]:
    """Weights of a layer as HDF5 files list them: trainable ones first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]
