"""How a dialect rule is declared: its data, the classes it applies to, and one pure function.

A dialect is upgraded step by step, like a database schema. Each step is an ordered list of rules; a rule
takes a value and returns the changed value, or the same object if it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from migrate.capsule.model import Layer, Model
from migrate.findings import Finding, Rule


class Step(StrEnum):
    """The steps from the oldest dialect to Keras 3, in order."""

    GRAMMAR = "grammar"
    """Reading a configuration format into records."""
    ECOSYSTEM = "ecosystem"
    """Layers of packages built on Keras become stock layers, in the writer's dialect, with their arrays assigned."""
    KERAS_1 = "keras-1-to-2"
    """Keras 1 classes, arguments and weight layouts become those of Keras 2.0."""
    KERAS_2 = "keras-2-to-2.15"
    """Older Keras 2 conventions become the final Keras 2 dialect; defaults of the writing era are filled in."""
    WEIGHTS = "weights"
    """Saved arrays are assigned to layers and roles, in the layout of the final Keras 2 dialect."""
    KERAS_3 = "keras-2.15-to-3"
    """The final Keras 2 dialect becomes Keras 3."""
    TRAINING = "training"
    """Loss, metrics and optimizer become their Keras 3 counterparts."""


@dataclass(frozen=True, slots=True)
class Era:
    """What is known of the writer, as rules need it.

    ``keras`` is the version of the Keras dialect: a file of ``2.2.4-tf`` has 2.2.4 and ``tf_keras`` True.
    """

    keras: Version
    backend: str = "tensorflow"
    tf_keras: bool = False
    layout: str | None = None
    keep_weights: bool = False
    """Leave weights as stored if a rule could fold a constant into them (then a function is registered)."""
    defined: Mapping[str, Any] = field(default_factory=dict)
    """Values of Python globals that functions in the file use but the file does not contain."""
    without: frozenset[str] = frozenset()
    """Codes of disabled rules, to see the effect on a model."""

    @staticmethod
    def of(keras: str | None, backend: str | None = None, layout: str | None = None) -> Era:
        """The era of a version string as stored in files; an unknown one counts as the first Keras.

        Files without ``keras_version`` were written before Keras 1.1 (keras-team/keras, commit history of
        ``save_model``).
        """
        text = keras or "1.0"
        try:
            version = Version(text.split("-")[0])
        except InvalidVersion:
            version = Version("1.0")
        is_tf = "tf" in text or version >= Version("2.4")
        return Era(keras=version, backend=backend or "tensorflow", tf_keras=is_tf, layout=layout)


@dataclass(frozen=True, slots=True)
class Fired:
    """One application of a rule, as ``migration.json`` records it."""

    code: str
    place: str
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class Notes:
    """Notes that rules add while a model is upgraded."""

    fired: list[Fired] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    """Classes of all layers at any time: a rule for another class cannot have seen any of them."""
    bytecode: set[str] | None = None
    """Python versions that could have compiled all bytecode in the file; None if there is none."""
    tracked: set[str] = field(default_factory=set)
    """Layers that are attributes of a model but not part of its graph (``CFG126``)."""

    def see(self, model: Model) -> None:
        """Record the classes of a model's layers."""
        self.classes.update(layer.class_name for _, layer in model.walk())

    def compiled_by(self, versions: Iterable[str]) -> None:
        """Record that a function in the file is bytecode of one of these Python versions."""
        self.bytecode = set(versions) & (set(versions) if self.bytecode is None else self.bytecode)

    def record(self, code: str, place: str, before: Any = None, after: Any = None) -> None:
        """Record that a rule changed something."""
        self.fired.append(Fired(code, place, before, after))


LayerChange = Callable[[Layer, Era], Layer]
ModelChange = Callable[[Model, Era], Model]
NotedChange = Callable[[Model, Era, Notes], Model]
"""A change that adds findings about its effect on a model."""


@dataclass(frozen=True, slots=True)
class LayerRule:
    """A rule for single layers, including wrapped and nested ones."""

    rule: Rule
    step: Step
    change: LayerChange
    classes: frozenset[str] = frozenset()

    def applies(self, layer: Layer, era: Era) -> bool:
        """Whether the rule applies to this class in files of this era."""
        return (not self.classes or layer.class_name in self.classes) and in_era(self.rule, era)


@dataclass(frozen=True, slots=True)
class ModelRule:
    """A rule for whole graphs; nested models are visited innermost first."""

    rule: Rule
    step: Step
    change: NotedChange

    def applies(self, era: Era) -> bool:
        """Whether the rule applies to files of this era."""
        return in_era(self.rule, era)


DialectRule = LayerRule | ModelRule
_REGISTRY: dict[str, tuple[Rule, Step]] = {}
_BY_STEP: dict[Step, list[DialectRule]] = {step: [] for step in Step}
_Change = TypeVar("_Change", bound=Callable[..., Any])


def in_era(rule: Rule, era: Era) -> bool:
    """Whether the writer's version is among those of the rule."""
    return covers(rule.applies_to, era)


def covers(versions: str, era: Era) -> bool:
    """Whether a specifier of writing versions includes an era; an empty one includes all."""
    return not versions or SpecifierSet(versions, prereleases=True).contains(era.keras)


_ERA_SEMANTICS: set[str] = set()


def era_semantics(rule: Rule) -> Rule:
    """Mark a rule that restores what the writing era computed and tf-keras no longer does.

    If it fires, tf-keras on the untouched file does not compute what the writer did, so it is not a valid reference.
    """
    _ERA_SEMANTICS.add(rule.code)
    return rule


def overrides_original(code: str) -> bool:
    """Whether the rule of this code makes the original file an invalid reference in tf-keras."""
    return code in _ERA_SEMANTICS


def declare(rule: Rule, step: Step) -> Rule:
    """Register a rule that is applied by other code (a reader, a resolver)."""
    if rule.code in _REGISTRY:
        raise ValueError(f"two rules have the code {rule.code}")
    _REGISTRY[rule.code] = (rule, step)
    return rule


def layer_rule(rule: Rule, step: Step, *classes: str) -> Callable[[LayerChange], LayerChange]:
    """Register a pure function on layers of the named classes (none: all classes)."""
    declare(rule, step)

    def register(change: LayerChange) -> LayerChange:
        _BY_STEP[step].append(LayerRule(rule, step, change, frozenset(classes)))
        return change

    return register


def model_rule(rule: Rule, step: Step) -> Callable[[ModelChange], ModelChange]:
    """Register a pure function on models."""
    declare(rule, step)

    def register(change: ModelChange) -> ModelChange:
        _BY_STEP[step].append(ModelRule(rule, step, lambda model, era, notes: change(model, era)))
        return change

    return register


def noting_model_rule(rule: Rule, step: Step) -> Callable[[NotedChange], NotedChange]:
    """Register a function on models that records its effect in the notes."""
    declare(rule, step)

    def register(change: NotedChange) -> NotedChange:
        _BY_STEP[step].append(ModelRule(rule, step, change))
        return change

    return register


def rules_of(step: Step) -> tuple[DialectRule, ...]:
    """The rules of a step in the order in which they are registered."""
    return tuple(_BY_STEP[step])


def registered() -> Mapping[str, tuple[Rule, Step]]:
    """Every declared rule by code."""
    return _REGISTRY
