"""IMP010 to IMP012: names and arguments that Keras 3 does not have; `codemods.analysis.check` finds them."""

from __future__ import annotations

from codemods.rules.api import SourceRule, declare
from migrate.findings import Fix, Severity

UNKNOWN_NAME = SourceRule(
    code="IMP010",
    name="unknown-name",
    summary="Keras 3 does not have this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="find out what the name did and rewrite it with the Keras 3 API",
    why="No other rule knows the name and the public API of the target does not have it.",
)
UNKNOWN_ARGUMENT = SourceRule(
    code="IMP011",
    name="unknown-argument",
    summary="The function or class does not have this argument in Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="remove the argument or find its replacement in the signature",
    why="No other rule knows the argument and the signature in the target does not have it.",
)
GUARDED_NAME = SourceRule(
    code="IMP012",
    name="unknown-name-behind-a-guard",
    summary="A branch for other versions uses a name or a call that Keras 3 does not have.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="check that another branch runs with Keras 3, or add one",
    why="Code that was written for several versions is not changed. A check of the TensorFlow version says nothing "
    "about Keras 3, and a `try` helps only if one of its branches works there. The finding is an error if the "
    "branch runs with Keras 3, a warning if that cannot be determined from the source, and a note if it cannot run.",
)
declare(UNKNOWN_NAME, UNKNOWN_ARGUMENT, GUARDED_NAME)
