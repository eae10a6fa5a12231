"""Every rule for archives of Keras 3, in the order in which they apply."""

from migrate.dialects.keras3_minors import call_modes, later_arguments, older_spellings
from migrate.dialects.keras3_minors.rule import archive_rules, rewrite

__all__ = ["archive_rules", "call_modes", "later_arguments", "older_spellings", "rewrite"]
