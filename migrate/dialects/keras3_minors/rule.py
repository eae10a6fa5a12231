"""How a rule for archives of Keras 3 is declared: its data, the readers that need it, and one pure function.

A rule takes the configuration of a model, as plain JSON, and answers with the changed one, or with the very same object
when it does not apply. It must not change what a reader that does not need it computes: one archive serves them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from migrate.dialects.keras3_minors.versions import Reader
from migrate.findings import Rule

Config = dict[str, Any]
Change = Callable[[Config, Version], Config]
"""From a configuration, and the oldest reader that it is for."""


@dataclass(frozen=True, slots=True)
class ArchiveRule:
    """A rule for configurations of Keras 3.

    Attributes:
        rule: its data; ``applies_to`` names the writers.
        readers: those that need it, as a specifier.
        change: the pure function.
    """

    rule: Rule
    readers: SpecifierSet
    change: Change

    def applies(self, writer: Version, readers: Iterable[Reader]) -> bool:
        """Whether a file of this writer must be changed for one of the readers."""
        return is_from(writer, self.rule) and any(is_among(one, self.readers) for one in readers)


def is_from(writer: Version, rule: Rule) -> bool:
    """Whether a rule is for files of this writer."""
    return SpecifierSet(rule.applies_to, prereleases=True).contains(writer)


def is_among(one: Reader, readers: SpecifierSet) -> bool:
    """Whether a reader is one of those that need a rule."""
    return readers.contains(one.version, prereleases=True)


_RULES: list[ArchiveRule] = []


def archive_rule(rule: Rule, readers: str) -> Callable[[Change], Change]:
    """Register a pure function on configurations, for the readers of a specifier (empty: all)."""

    def register(change: Change) -> Change:
        _RULES.append(ArchiveRule(rule, SpecifierSet(readers), change))
        return change

    return register


def archive_rules() -> tuple[ArchiveRule, ...]:
    """The rules in the order in which they are registered."""
    return tuple(_RULES)


def rewrite(config: Config, writer: Version, readers: Sequence[Reader]) -> tuple[Config, list[str]]:
    """A configuration for the readers named, and the codes of the rules that changed it."""
    oldest = min(one.version for one in readers)
    fired = []
    for rule in _RULES:
        if rule.applies(writer, readers):
            changed = rule.change(config, oldest)
            if changed != config:
                fired.append(rule.rule.code)
                config = changed
    return config, fired


def map_objects(value: Any, change: Callable[[Config], Config]) -> Any:
    """A configuration with every serialised object changed, inner ones first."""
    if isinstance(value, list):
        return [map_objects(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    mapped = {key: map_objects(item, change) for key, item in value.items()}
    return change(mapped) if "class_name" in mapped and "config" in mapped else mapped


def is_of_keras(entry: Mapping[str, Any], *names: str) -> bool:
    """Whether an object is of Keras' own class of one of these names, and not of an author's of the same name."""
    return entry.get("class_name") in names and str(entry.get("module")).partition(".")[0] == "keras"
