"""IMP010 to IMP012: names and arguments that Keras 3 does not have; `codemods.analysis.check` finds them."""

from __future__ import annotations

from codemods.rules.api import SourceRule, declare
from migrate.findings import Fix, Severity

UNKNOWN_NAME = SourceRule(
    code="IMP010",
    name="unknown-name",
    summary="Keras 3 has no such name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="find out what the name did and write it with what Keras 3 offers",
    why="No other rule knows the name and the public API of the destination does not have it.",
)
UNKNOWN_ARGUMENT = SourceRule(
    code="IMP011",
    name="unknown-argument",
    summary="The function or class has no such argument in Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="remove the argument or find its replacement in the signature",
    why="No other rule knows the argument and the signature in the destination does not have it.",
)
GUARDED_NAME = SourceRule(
    code="IMP012",
    name="unknown-name-behind-a-guard",
    summary="A branch for other versions names what Keras 3 does not have, or calls it as it cannot be called.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="see that another branch runs beside Keras 3, or add one",
    why="Code that was written for several versions is left as it is. A test of the version of TensorFlow says nothing "
    "of Keras 3, and a `try` helps only when one of its branches works there. The finding is an error where the branch "
    "runs beside Keras 3, a warning where that cannot be told from the text, and a mere note where it cannot run.",
)
declare(UNKNOWN_NAME, UNKNOWN_ARGUMENT, GUARDED_NAME)
