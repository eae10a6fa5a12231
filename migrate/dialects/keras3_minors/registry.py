"""Every rule for archives of Keras 3, in the order in which they apply."""

from migrate.dialects.keras3_minors import (
    call_modes,
    explicit_masks,
    later_arguments,
    older_spellings,
    optimizer_state,
)
from migrate.dialects.keras3_minors.rule import archive_rules, rewrite
from migrate.dialects.keras3_minors.state_rule import state_rule_for, state_rules

__all__ = [
    "archive_rules",
    "call_modes",
    "explicit_masks",
    "later_arguments",
    "older_spellings",
    "optimizer_state",
    "rewrite",
    "state_rule_for",
    "state_rules",
]
