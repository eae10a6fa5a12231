"""What proofs of the user's own code found (PRV), and what work orders need (ORD)."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import reason

REASONS: tuple[Rule, ...] = (
    reason(
        "PRV001",
        "definition-differs",
        "A class or function computes something else in Keras 3 than in tf-keras.",
        "Both worlds were given the same weights and inputs; the message names the first result that differs.",
        Severity.SILENT,
    ),
    reason(
        "PRV002",
        "definition-breaks",
        "A class or function that tf-keras runs raises in Keras 3.",
        "The message holds the error; the line is the innermost one of the definition.",
    ),
    reason(
        "PRV003",
        "no-python-program",
        "What is to run in lock-step is not a Python program of the folder.",
        "Both worlds run it inside their own process: `-- python SCRIPT …` or `-- python -m MODULE …`.",
    ),
    reason(
        "ORD001",
        "no-work-orders",
        "The repository has no work orders.",
        "`keras-migrate orders` writes them.",
    ),
    reason(
        "ORD002",
        "no-such-order",
        "There is no work order of this name.",
        "`.keras-migrate/orders/work-orders.md` lists them.",
    ),
    reason(
        "ORD003",
        "orders-changed",
        "The record of work orders, or a source that they are judged against, is not as it was written.",
        "A record that somebody else wrote or edited decides nothing. Write the orders again.",
    ),
    reason(
        "ORD004",
        "rewrite-first",
        "The source rules can still rewrite files by themselves.",
        "Work orders are what is left after the rewrite: `keras-migrate code PATH --write --unsafe` comes first.",
    ),
    reason(
        "ORD005",
        "not-rewritten",
        "There is no earlier state of the sources to compare with.",
        "Give the sources as they were written for Keras 2 with `--before`.",
    ),
    reason(
        "ORD006",
        "edit-does-not-fit",
        "A proposed edit names a place that is not in the file.",
        "Quote the text to replace exactly as it stands, and once.",
    ),
)
