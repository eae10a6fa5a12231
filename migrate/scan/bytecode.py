"""The finding for a function stored by value: whether its bytecode names anything outside the allow-list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from migrate.bytecode.errors import DISTRIBUTION_HINT, DRAWN_WEIGHTS_HINT, Refused
from migrate.bytecode.judge import judge
from migrate.findings import Finding, Severity

_HINTS = (
    (frozenset({"make_distribution_fn"}), DISTRIBUTION_HINT),
    (frozenset({"kernel_posterior_fn", "bias_posterior_fn"}), DRAWN_WEIGHTS_HINT),
)
"""Configuration keys that only layers of TensorFlow Probability have."""


def hint_of(config: Mapping[str, Any]) -> str:
    """What can be done about a function in a configuration, if other keys of it tell; else nothing."""
    return next((hint for keys, hint in _HINTS if keys & config.keys()), "")


def bytecode_finding(value: Any, message: str, place: str, hint: str = "") -> Finding:
    """``SEC001``: unsafe, or a warning if every instruction and name is known to work on tensors alone.

    Such bytecode is interpreted by a migration; a loader of Keras 2 would still execute it.

    Args:
        value: the function as stored in the configuration; it is decoded, never executed.
        message: what it is.
        place: its location.
        hint: what to do about it where it is refused, if that does not depend on the bytecode.
    """
    try:
        judge(value)
    except Refused as refusal:
        return Finding("SEC001", Severity.ERROR, f"{message}: {refusal}", hint or refusal.hint, place)
    return Finding(
        "SEC001",
        Severity.WARNING,
        f"{message} with only arithmetic and tensor functions",
        "`keras-migrate models` interprets it and shows what it computes; Keras 2 loaders execute it.",
        place,
    )


def beside_a_graph(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of a SavedModel: its functions do not use the bytecode of its Keras metadata.

    Loaders of a graph never decode it, so it is only a warning; what becomes of its layer is reported where layers are
    built.
    """
    said = "; nothing decodes it, the functions of the SavedModel compute without it"
    return [
        msgspec.structs.replace(one, severity=Severity.WARNING, message=one.message + said)
        if one.code == "SEC001" and one.severity is Severity.ERROR
        else one
        for one in findings
    ]
