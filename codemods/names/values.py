"""What an expression may stand for: a symbol of a package, a definition of the repository, an object."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from codemods.names.scopes import Binding, Index, Scope


class Following:
    """How often, in all files together, a question was left open because it was being followed already, or too far."""

    cut = 0


class Names(Protocol):
    """A file that can say what its expressions stand for: `codemods.names.resolver.Module`, as values see it."""

    index: Index
    repository: Lookup | None
    """The other files; None for a snippet."""
    busy: set[object]
    """What is being followed right now, so that circles end."""
    used_as: dict[tuple[Scope, str], set[str]] | None
    stores: dict[ast.ClassDef, dict[str, list[tuple[ast.expr, Scope]]]]
    """By class and attribute: what its methods store there."""

    def value(self, node: ast.expr, scope: Scope) -> Value | None:
        """What an expression stands for."""

    def bound_value(self, binding: Binding) -> Value | None:
        """What one binding gives its name."""

    def imported(self, path: str, direct: bool = True) -> Value | None:
        """What an import path stands for."""

    def bases(self, node: ast.ClassDef) -> tuple[str, ...]:
        """Canonical names of everything a class derives from that is not of the repository."""

    def base_names(self, node: ast.ClassDef) -> Iterator[str]:
        """`bases`, with repetitions."""


class Lookup(Protocol):
    """The other files of a repository, as one file asks for them."""

    def lookup(self, dotted: str) -> Value | None:
        """What an absolute dotted path stands for."""

    def has(self, dotted: str) -> bool:
        """Whether there is a module or package of this name."""

    def is_own(self, head: str) -> bool:
        """Whether a package of the ecosystem is of this repository, or one that it has for Keras 3."""

    def wanted(self, module: str) -> frozenset[str]:
        """Names that other files import from a module of this last name; ``*`` among them for all."""

    def gives(self, callee: str, keyword: str) -> bool:
        """Whether any file calls something of this last name with this keyword."""

    def classes_given(self, home: str, function: ast.FunctionDef, parameter: str) -> tuple[str, ...]:
        """The classes that other files give a parameter of a function of the module ``home``."""

    def required(self, package: str) -> tuple[SpecifierSet, ...]:
        """The versions of a package that the project asks for, in each place where it does."""

    def feeds_keras(self, home: str, function: str) -> str:
        """Why Keras code of another file calls a function of the module ``home``; empty when none does."""

    def feeds_models(self, home: str, cls: str, function: str) -> bool:
        """Whether another file gives a model what a function of ``home``, or a method of its class, returns."""

    def names_member(self, owner: str, member: str) -> bool:
        """Whether the text of any Python file of the project has ``owner.member``."""

    def says_apart(self, literal: str) -> str:
        """A Python file of the project that has a string and nothing of Keras, so that no rule reads it; else empty."""

    def mentions(self, pattern: str, *words: str) -> bool:
        """Whether the text of any Python file of the project matches, of those that have one of the words."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A module, class or function of a package.

    Attributes:
        name: canonical name (``keras.layers.Dense``, ``tf.reduce_mean``, ``numpy.mean``).
        origin: how it was reached: ``tf.keras``, ``keras``, ``tensorflow``, ``numpy``, …
        direct: it is reached through an import of this very file (not through another file).
    """

    name: str
    origin: str
    direct: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A class or function that a file of the repository defines."""

    module: Names
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Receiver:
    """An object, as far as it is known.

    Attributes:
        cls: canonical name of the nearest known class: ``keras.Model``, ``keras.layers.Dense``,
            ``keras.KerasTensor``, ``keras.optimizers.Adam``.
        classes: ``cls`` and everything it derives from, nearest first.
        evidence: why this is believed, for the finding.
        certain: strong enough for an edit. False for what is only guessed from use.
    """

    cls: str
    classes: tuple[str, ...]
    evidence: str
    certain: bool = True
    definition: Definition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """The values of a tuple or list display, by position."""

    items: tuple[ast.expr, ...]
    module: Names
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A module or package of the repository."""

    dotted: str
    repository: Lookup


Value = Symbol | Definition | Receiver | Elements | Part

TENSOR = "keras.KerasTensor"
HISTORY = "keras.callbacks.History"
_BASE_OF_MODULE = {
    "layers": "keras.layers.Layer",
    "optimizers": "keras.optimizers.Optimizer",
    "losses": "keras.losses.Loss",
    "metrics": "keras.metrics.Metric",
    "callbacks": "keras.callbacks.Callback",
    "initializers": "keras.initializers.Initializer",
    "regularizers": "keras.regularizers.Regularizer",
    "constraints": "keras.constraints.Constraint",
}
_MODELS = frozenset({"Model", "Sequential", "Functional", "Network", "LinearModel", "WideDeepModel"})
_LAYER = ("keras.layers.Layer", "keras.Layer")
_MODEL = ("keras.Model", "keras.models.Model", "keras.engine.Model")


@lru_cache(maxsize=4096)
def ancestry(name: str) -> tuple[str, ...]:
    """A Keras class and the classes it derives from, nearest first; empty when it is none.

    >>> ancestry("keras.layers.Dense")
    ('keras.layers.Dense', 'keras.layers.Layer', 'keras.Layer')
    """
    parts = name.split(".")
    last = parts[-1]
    if parts[0] == "tf" and last == "Module":
        return (name,)
    if parts[0] != "keras" or not last[:1].isupper():
        return ()
    if last in _MODELS and (len(parts) == 2 or parts[1] in {"models", "engine", "training", "experimental"}):
        sequential = ("keras.Sequential", "keras.models.Sequential") if last == "Sequential" else ()
        return tuple(dict.fromkeys((name, *sequential, *_MODEL, *_LAYER)))
    if last == "Layer" and parts[1] in {"layers", "engine", "Layer"}:
        return tuple(dict.fromkeys((name, *_LAYER)))
    if len(parts) < 3:
        return (name,)
    if parts[-2] == "schedules" or last == "LearningRateSchedule":
        return tuple(dict.fromkeys((name, "keras.optimizers.schedules.LearningRateSchedule")))
    base = _BASE_OF_MODULE.get(parts[1])
    if base is None:
        return (name,)
    extra = _LAYER if parts[1] == "layers" else (base,)
    return tuple(dict.fromkeys((name, *extra)))


def instance(name: str, evidence: str, certain: bool = True) -> Receiver | None:
    """An object of a Keras class; None when the name is no class."""
    classes = ancestry(name)
    return Receiver(name, classes, evidence, certain) if classes else None


def tensor(evidence: str) -> Receiver:
    """A symbolic tensor: what ``Input`` and called layers give."""
    return Receiver(TENSOR, (TENSOR,), evidence)


MODEL_FACTORIES = frozenset(
    {
        "keras.models.load_model",
        "keras.saving.load_model",
        "keras.models.clone_model",
        "keras.models.model_from_json",
        "keras.models.model_from_yaml",
        "keras.models.model_from_config",
        "keras.utils.multi_gpu_model",
        "keras.engine.saving.load_model",
    }
)
"""Functions that return a model; so does what is spelled like a class in ``keras.applications``."""
INPUTS = frozenset({"keras.Input", "keras.layers.Input", "keras.engine.Input"})
FACTORIES = {
    "keras.optimizers.get": "keras.optimizers.Optimizer",
    "keras.layers.deserialize": "keras.layers.Layer",
    "keras.optimizers.deserialize": "keras.optimizers.Optimizer",
    "keras.metrics.get": "keras.metrics.Metric",
}
"""Other functions, and the class of what they return."""

MODEL_ONLY = frozenset(
    (
        "compiled_loss",
        "compiled_metrics",
        "evaluate_generator",
        "fit_generator",
        "get_layer",
        "make_predict_function",
        "make_train_function",
        "predict_classes",
        "predict_generator",
        "predict_on_batch",
        "test_on_batch",
        "train_on_batch",
    )
)
"""Members that nothing but a Keras model has: one is enough."""
MODEL_ALSO = frozenset(
    (
        *(
            "compile",
            "evaluate",
            "fit",
            "inputs",
            "layers",
            "load_weights",
            "optimizer",
            "outputs",
            "predict",
        ),
        *("save", "save_weights", "summary"),
    )
)
"""Members that other libraries have as well: two different ones are taken as a model, without certainty."""


def agree(values: Iterable[Value | None]) -> Value | None:
    """The one thing that several bindings stand for; None when they differ or one is unknown."""
    found = list(values)
    first = found[0] if found else None
    if first is None or any(type(item) is not type(first) for item in found):
        return None
    if isinstance(first, Symbol):
        same = all(isinstance(item, Symbol) and item.name == first.name for item in found)
        return first if same else None
    if isinstance(first, Receiver):
        shared = [c for c in first.classes if all(isinstance(i, Receiver) and c in i.classes for i in found)]
        if len(found) == 1:
            return first
        certain = all(isinstance(item, Receiver) and item.certain for item in found)
        return Receiver(shared[0], tuple(shared), first.evidence, certain) if shared else None
    return first if len(found) == 1 else None


def either(values: Iterable[Value | None]) -> Value | None:
    """What one of several bindings gave, the likeliest first: certain only when all are known and agree.

    The first that is unknown ends the search: following every branch of every branch would cost without bound.
    """
    known: list[Value] = []
    for value in values:
        if value is None:
            found = agree(known)
            return replace(found, certain=False) if isinstance(found, Receiver) else None
        known.append(value)
    return agree(known)
