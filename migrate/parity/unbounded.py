"""Probes that contain NaN and infinities: inputs for which the original may give an answer, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.input_specs import InputSpec
from migrate.parity.probes import Attempt, make_probes

KINDS: Mapping[str, float] = {"NaN": np.nan, "infinity": np.inf, "minus infinity": -np.inf}
"""The inserted values, one case each, in this order."""


def unbounded_probes(specs: Sequence[InputSpec], attempt: Attempt, seed: int) -> dict[str, Array]:
    """Arrays named ``case/input``, a case for each of `KINDS`; empty for a model without plain float inputs.

    Each row has one number replaced in every float input, so that most of the output does not change.
    """
    floats = [position for position, spec in enumerate(specs) if _is_plain(spec)]
    if not floats:
        return {}
    base = {key: a for key, a in make_probes(specs, attempt, seed).items() if key.startswith("1/")}
    probes: dict[str, Array] = {}
    for number, value in enumerate(KINDS.values()):
        rng = np.random.default_rng([seed, number])
        for key, array in base.items():
            position = int(key.split("/")[1])
            filled = array.copy()
            if position in floats and filled.size:
                rows = filled.reshape(len(filled), -1)
                rows[np.arange(len(rows)), rng.integers(0, rows.shape[1], len(rows))] = value
            probes[f"{number}/{position}"] = filled
    return probes


def _is_plain(spec: InputSpec) -> bool:
    special = spec.examples or spec.images or spec.words or spec.ids is not None
    return not special and spec.dtype.startswith(("float", "bfloat")) and len(spec.shape) > 1
