"""Build one definition of the user's in a world: the same steps over tf-keras and over Keras 3.

The legacy world chooses inputs that the definition accepts and draws its weights; the modern world is given both. No
Keras is imported here: each world hands in its own. `migrate.worlds.guest.subject_runs` runs what was built.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from migrate.parity.candidates import PAIRS, TENSORS, Candidate, of_model
from migrate.worlds.guest.framework_types import LiveModel, UserObject
from migrate.worlds.guest.runner import dims, dtype_name, flatten
from migrate.worlds.guest.subject_weights import Unsuitable

ENTRY = "keras_migrate_subject"
"""The function of a subject's module that makes it, or that calls it with tensors."""
MAX_CASES = 3


def candidates(kind: str, made: object) -> Sequence[Candidate]:
    """Inputs to try for what a subject made."""
    if kind in ("loss", "metric", "loss function"):
        return PAIRS
    inputs = getattr(made, "inputs", None)
    if inputs:
        return of_model([(dims(t.shape), dtype_name(t)) for t in flatten(inputs)])
    return TENSORS


def kind_of(keras: ModuleType, made: object, kind: str) -> str:
    """What a builder returned: model, layer, loss, metric, or a function.

    Raises:
        Unsuitable: it is something else.
    """
    if kind != "builder":
        return kind
    if isinstance(made, keras.Model):
        return "model"
    for name, base in (
        ("layer", keras.layers.Layer),
        ("loss", keras.losses.Loss),
        ("initializer", keras.initializers.Initializer),
        ("regularizer", keras.regularizers.Regularizer),
        ("constraint", keras.constraints.Constraint),
        ("schedule", keras.optimizers.schedules.LearningRateSchedule),
    ):
        if isinstance(made, base):
            return "metric" if isinstance(made, keras.metrics.Metric) else name
    if callable(made):
        try:
            taken = [p for p in inspect.signature(made).parameters.values() if p.default is p.empty]
        except (TypeError, ValueError):
            taken = []
        return "loss function" if len(taken) == 2 else "function"
    raise Unsuitable(f"it returns a {type(made).__name__}, which is not a Keras object")


def unwrapped(keras: ModuleType, made: UserObject) -> UserObject:
    """The model in what a builder returned: several functions return it beside other things."""
    if isinstance(made, tuple | list):
        for part in made:
            if isinstance(part, keras.Model):
                model: UserObject = part
                return model
    return made


def symbolic(keras: ModuleType, entry: UserObject, candidate: Candidate) -> LiveModel:
    """The model of a function that is applied to symbolic tensors."""
    inputs = [
        keras.Input(shape=shape, dtype="int32" if kind.startswith("ids") else "float32")
        for shape, kind in zip(candidate.shapes, candidate.kinds, strict=True)
    ]
    outputs = entry(inputs[0] if len(inputs) == 1 else inputs)
    if not flatten(outputs) or not all(hasattr(t, "shape") for t in flatten(outputs)):
        raise Unsuitable(f"it returns a {type(outputs).__name__}, not tensors")
    made: LiveModel = keras.Model(inputs, outputs)
    return made


def load_entry(file: str, name: str) -> tuple[ModuleType, UserObject]:
    """Import a subject's module under a name that its classes may be registered with, and give its entry.

    Raises:
        Unsuitable: it cannot be imported in this world.
    """
    import importlib.util
    import sys

    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise Unsuitable(f"{Path(file).name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # classes look their own module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Unsuitable(f"it cannot be imported: {type(error).__name__}: {error}") from error
    entry: UserObject = getattr(module, ENTRY)
    return module, entry
