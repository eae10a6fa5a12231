"""Every dialect rule: importing this module registers them all, in the order in which they are applied."""

from __future__ import annotations

from migrate.dialects import keras1, keras2, keras3, training
from migrate.dialects.rule import registered
from migrate.findings import Rule

_PACKAGES = (keras1, keras2, keras3, training)


def all_rules() -> tuple[Rule, ...]:
    """All declared rules, by code."""
    return tuple(rule for _, (rule, _) in sorted(registered().items()))
