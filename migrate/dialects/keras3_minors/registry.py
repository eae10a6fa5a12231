"""Every rule for archives of Keras 3, in the order in which they apply."""

from migrate.dialects.keras3_minors import (
    call_modes,
    explicit_masks,
    later_arguments,
    older_spellings,
    optimizer_state,
)
from migrate.dialects.keras3_minors.int4 import INT4_AS_FLOAT, INT4_AS_INT8
from migrate.dialects.keras3_minors.rule import archive_rules, rewrite
from migrate.dialects.keras3_minors.state_rule import state_rule_for, state_rules

WEIGHT_RULES = (INT4_AS_INT8, INT4_AS_FLOAT)
"""Rules that change the weights of layers, too."""
UNPACKING = frozenset(rule.code for rule in WEIGHT_RULES)
"""What leaves no int4 in an archive."""

__all__ = [
    "UNPACKING",
    "WEIGHT_RULES",
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
