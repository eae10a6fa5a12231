"""Every rule and reason of models: importing this module registers the rules in the order of their application."""

from __future__ import annotations

from migrate.dialects import keras1, keras2, keras3, training
from migrate.dialects.rule import registered
from migrate.findings import Rule
from migrate.formats.rules import RULES as FORMAT_RULES
from migrate.reasons import REASONS
from migrate.scan.rules import RULES as SCAN_RULES

_PACKAGES = (keras1, keras2, keras3, training)


def all_rules() -> tuple[Rule, ...]:
    """All rules and reasons by code; a dialect rule stands before a reason of the same code."""
    found = {rule.code: rule for rule in (*REASONS, *SCAN_RULES, *FORMAT_RULES)}
    found |= {rule.code: rule for rule, _ in registered().values()}
    return tuple(found[code] for code in sorted(found))
