"""How a rule for the state of an optimizer is declared: its data, the readers that need it, and one pure function.

An archive keeps the variables of an optimizer by their numbers alone, as ``optimizer/vars/0``, ``1``, …, in the order
in which the optimizer made them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from migrate.dialects.keras3_minors.archives import inside
from migrate.dialects.keras3_minors.rule import is_among, is_from
from migrate.dialects.keras3_minors.versions import Reader
from migrate.findings import Rule

Optimizer = dict[str, Any]
Shape = tuple[int, ...]
Order = Callable[[Optimizer, Sequence[Shape]], Sequence[int] | None]
"""From the arguments of an optimizer, and the shapes of its variables, to their present numbers in the new order; None
where they are not as expected, or in that order already: an archive that was rewritten still names its writer."""


@dataclass(frozen=True, slots=True)
class StateRule:
    """A rule for the variables of one class of optimizers.

    Attributes:
        rule: its data; ``applies_to`` names the writers.
        optimizer: the class.
        readers: those that need it, as a specifier.
        every: whether it may be applied only where all readers need it, because it breaks the others.
        order: the pure function.
    """

    rule: Rule
    optimizer: str
    readers: SpecifierSet
    every: bool
    order: Order

    def applies(self, config: dict[str, Any], writer: Version, readers: Sequence[Reader]) -> bool:
        """Whether the state in a file of this writer must be changed for the readers."""
        needed = [is_among(one, self.readers) for one in readers]
        return (
            class_of(optimizer_of(config)) == self.optimizer.lower()
            and is_from(writer, self.rule)
            and (all(needed) if self.every else any(needed))
        )


_RULES: list[StateRule] = []


def state_rule(rule: Rule, optimizer: str, readers: str, *, every: bool = False) -> Callable[[Order], Order]:
    """Register a pure function on the order of an optimizer's variables, for the readers of a specifier."""

    def register(order: Order) -> Order:
        _RULES.append(StateRule(rule, optimizer, SpecifierSet(readers), every, order))
        return order

    return register


def state_rules() -> tuple[StateRule, ...]:
    """The rules in the order in which they are registered."""
    return tuple(_RULES)


def state_rule_for(config: dict[str, Any], writer: Version, readers: Sequence[Reader]) -> StateRule | None:
    """The rule that must move the optimizer's variables in a file of this writer, if there is one."""
    return next((rule for rule in _RULES if rule.applies(config, writer, readers)), None)


def optimizer_of(config: dict[str, Any]) -> dict[str, Any]:
    """The optimizer that a model was compiled with, as a serialised object; empty where there is none.

    Up to 3.3 the name that ``compile`` was given stays a name, and stands for the defaults.
    """
    compiled = config.get("compile_config")
    optimizer = compiled.get("optimizer") if isinstance(compiled, dict) else None
    if isinstance(optimizer, str):
        return {"class_name": optimizer, "config": {}}
    return optimizer if isinstance(optimizer, dict) else {}


def class_of(optimizer: dict[str, Any]) -> str:
    """The class of a serialised optimizer in small letters, which is how Keras compares names."""
    return str(optimizer.get("class_name", "")).lower()


def arguments_of(config: dict[str, Any]) -> Optimizer:
    """The arguments of that optimizer."""
    return dict(inside(optimizer_of(config)))
