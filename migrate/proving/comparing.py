"""Compare what both worlds say of a definition: arrays, and facts that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.compare import Comparison, compare_arrays
from migrate.parity.tolerance import AFTER_STEP
from migrate.proving.records import Compared
from migrate.worlds.contracts.proving import Case, CaseFacts, ToldWeight

_LOOSE = ("gradient", "training", "penalty")
"""Sums over a batch, judged like the outputs after a training step."""
_FACTS = {
    "trainable": "trainable weights",
    "built_shape": "compute_output_shape",
    "regularised": "penalties",
    "name": "name",
}


def arrays_of(
    cases: Sequence[Case],
    given: Mapping[str, Array],
    found: Mapping[str, Array],
    random: frozenset[str],
    facts: Sequence[CaseFacts],
) -> list[Compared]:
    """Every array of every case, the worst case of each."""
    parts: dict[str, list[Comparison]] = {}
    for key in sorted({*(k for k in given if "/weight/" not in k), *found}):
        number, _, name = key.partition("/")
        if name in random or facts[int(number)].refused:
            continue
        label = _label(name, cases[int(number)].weights)
        if key not in given or key not in found:
            side = "tf-keras" if key in given else "Keras 3"
            lost = Comparison(label, False, np.inf, np.inf, 0.0, 0.0, f"only {side} returns it")
            parts.setdefault(label, []).append(lost)
            continue
        relative = AFTER_STEP if name.startswith(_LOOSE) else None
        parts.setdefault(label, []).append(compare_arrays(label, given[key], found[key], "", relative))
    return [_compared(Comparison.worst(label, group)) for label, group in parts.items()]


def _compared(found: Comparison) -> Compared:
    return Compared(
        name=found.name,
        equal=found.equal,
        max_rel=min(float(found.max_rel), np.finfo(float).max),
        used=min(float(found.used), np.finfo(float).max),
        reason=found.reason,
    )


def _label(name: str, weights: Sequence[ToldWeight]) -> str:
    """The name of an array for people: weights by their path."""
    head, _, rest = name.partition("/")
    if head in ("gradient", "state"):
        word = "gradient of" if head == "gradient" else "after a training call,"
        return f"{word} {weights[int(rest)].name}"
    words = {
        "output": "output",
        "training": "output in training",
        "penalty": "penalty",
        "weighted": "weighted by sample",
    }
    position = rest.rpartition("/")[2] if head == "output" else rest
    return f"{words.get(head, head)}{f' {position}' if position not in ('', '0') else ''}"


def facts_of(cases: Sequence[Case], found: Sequence[CaseFacts]) -> list[Compared]:
    """Every fact that the reference states, the first case in which it differs."""
    parts: dict[str, Compared] = {}
    for case, answered in zip(cases, found, strict=True):
        given = CaseFacts() if answered.refused else case.facts
        for key, label in _FACTS.items():
            one, other = getattr(given, key), getattr(answered, key)
            if one is None or (key == "built_shape" and other is None):
                continue
            if key == "trainable":
                one, other = ([case.weights[i].name for i in side] for side in (one, other or ()))
            equal = one == other
            if label not in parts or not equal:
                why = "" if equal else f"{other!r} in Keras 3, {one!r} in tf-keras"
                parts[label] = Compared(name=label, equal=equal, max_rel=0.0, used=0.0, reason=why)
        if given.rebuilds:
            equal = answered.rebuilds is True
            why = "" if equal else "from_config(get_config()) fails in Keras 3 and works in tf-keras"
            parts["configuration"] = Compared(
                name="configuration", equal=equal, max_rel=0.0, used=0.0, reason=why
            )
    return list(parts.values())
