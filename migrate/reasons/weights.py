"""Why arrays and variables did not match."""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons.reason import reason

REASONS: tuple[Rule, ...] = (
    reason(
        "WGT010",
        "arrays-and-variables-differ",
        "A layer's saved arrays and its variables do not match one to one.",
        "The weights belong to another architecture, or the class is not the built-in one of that name.",
    ),
    reason(
        "WGT011",
        "surplus-layer",
        "The file contains weights of a layer that the architecture lacks.",
        "Check that the architecture belongs to these weights.",
    ),
    reason(
        "WGT012",
        "unfilled-variable",
        "A live layer needs other variables than the file contains.",
        "This is a gap in the rules for the class; please report the model.",
    ),
    reason(
        "WGT013",
        "shapes-differ",
        "A saved array has a different shape from its variable.",
        "The weights belong to another architecture.",
    ),
)
