"""What proofs of the user's own code found (PRV), and what work orders need (ORD)."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import reason

REASONS: tuple[Rule, ...] = (
    reason(
        "PRV001",
        "definition-differs",
        "A class or function computes something different in Keras 3 than in tf-keras.",
        "Both worlds had the same weights and inputs; the message names the first result that differs.",
        Severity.SILENT,
    ),
    reason(
        "PRV002",
        "definition-breaks",
        "A class or function that tf-keras runs raises in Keras 3.",
        "The message contains the error; the line is the innermost one of the definition.",
    ),
    reason(
        "PRV003",
        "no-python-program",
        "The program to run in lock-step is not a Python program in the folder.",
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
        "No work order has this name.",
        "`.keras-migrate/orders/work-orders.md` lists them.",
    ),
    reason(
        "ORD003",
        "orders-changed",
        "The record of work orders, or a source that they are judged by, has changed since it was written.",
        "A record that was edited or written by somebody else is not accepted. Write the orders again.",
    ),
    reason(
        "ORD004",
        "rewrite-first",
        "The source rules can still rewrite files automatically.",
        "Work orders cover what remains after the rewrite: run `keras-migrate code PATH --write --unsafe` first.",
    ),
    reason(
        "ORD005",
        "not-rewritten",
        "The earlier state of the sources, to compare with, is missing.",
        "Pass the sources as they were written for Keras 2 with `--before`.",
    ),
    reason(
        "ORD006",
        "edit-does-not-fit",
        "A proposed edit refers to text that is not in the file.",
        "Quote the text to replace exactly as it is in the file; it must occur once.",
    ),
)
