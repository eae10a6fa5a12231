"""Compare arrays from two worlds: shape, dtype, error, direction and the resulting decision."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, largest_by_feature, tolerance_for

Slack = float | Array
"""Allowed on top of the tolerance: one number, or one per feature."""
NO_SLACK: Mapping[str, Slack] = {}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of one output over one or more cases.

    ``max_rel`` is the largest error divided by the largest magnitude of the reference; ``argmax_agreement`` the share
    of rows (last axis) whose largest element is the same; ``used`` the error divided by the allowed error, in the
    worst feature.
    """

    name: str
    equal: bool
    max_abs: float
    max_rel: float
    cosine: float
    argmax_agreement: float
    reason: str = ""
    used: float = 0.0

    @staticmethod
    def worst(name: str, parts: Sequence[Comparison]) -> Comparison:
        """One comparison that summarises several."""
        failed = next((p for p in parts if not p.equal), None)
        return Comparison(
            name,
            failed is None,
            max(p.max_abs for p in parts),
            max(p.max_rel for p in parts),
            min(p.cosine for p in parts),
            min(p.argmax_agreement for p in parts),
            failed.reason if failed else "",
            max(p.used for p in parts),
        )


def bounded(error: float) -> float:
    """An error for JSON, which has no infinity: an infinite one becomes the largest double."""
    return error if math.isfinite(error) else sys.float_info.max


def compare_arrays(
    name: str,
    reference: Array,
    result: Array,
    compute: str = "",
    relative: float | None = None,
    slack: Slack = 0.0,
) -> Comparison:
    """Compare one output of one case.

    Args:
        name: for the record.
        reference: expected values, any shape; strings and integers must be equal.
        result: values of the migrated model.
        compute: precision that the model computes in, if lower than its outputs' dtype.
        relative: tolerance set by the user.
        slack: additional allowed error; see `migrate.parity.rounding`.
    """
    if reference.shape != result.shape:
        reason = f"the shape is {list(result.shape)}, expected {list(reference.shape)}"
        return Comparison(name, False, np.inf, np.inf, 0.0, 0.0, reason)
    if reference.dtype.kind not in "fiub" or result.dtype.kind not in "fiub":
        same = _texts(reference) == _texts(result)
        return Comparison(name, same, 0.0, 0.0, 1.0, 1.0, "" if same else "the strings differ")
    if reference.dtype.kind != result.dtype.kind and not {reference.dtype.kind, result.dtype.kind} <= set(
        "iub"
    ):
        reason = f"the dtype is {result.dtype}, expected {reference.dtype}"
        return Comparison(name, False, np.inf, np.inf, 0.0, 0.0, reason)
    a, b = reference.astype(np.float64), result.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(np.isnan(a), np.isnan(b)) or not np.array_equal(
        a[~finite], b[~finite], equal_nan=True
    ):
        return Comparison(name, False, np.inf, np.inf, 0.0, 0.0, "infinities or NaN stand at other places")
    a, b = np.where(finite, a, 0.0), np.where(finite, b, 0.0)
    scale = float(np.abs(a).max(initial=0.0))
    errors = largest_by_feature(a - b)
    error = float(errors.max(initial=0.0))
    tolerance = tolerance_for(reference.dtype, compute, relative)
    limits = tolerance.absolute + tolerance.relative * feature_scales(a) + slack
    relative_error = error / scale if scale else error
    used = np.divide(errors, limits, out=np.where(errors > 0, np.inf, 0.0), where=limits > 0)
    worst = int(used.argmax()) if used.size else 0
    equal = bool(np.all(errors <= limits))
    reason = "" if equal else _difference(errors[worst], limits[worst], relative_error, worst, len(errors))
    most = bounded(float(used[worst])) if used.size else 0.0
    return Comparison(name, equal, error, relative_error, _cosine(a, b), _argmax(a, b), reason, most)


def _difference(error: float, limit: float, relative: float, feature: int, features: int) -> str:
    where = f" in feature {feature}" if features > 1 else ""
    return f"differs by {error:.3g}{where} (relative {relative:.3g}), allowed {limit:.3g}"


def compare_cases(
    references: Mapping[str, Array],
    results: Mapping[str, Array],
    names: Sequence[str],
    compute: str = "",
    relative: float | None = None,
    slack: Mapping[str, Slack] = NO_SLACK,
) -> list[Comparison]:
    """Compare all cases (arrays named ``case/output``, as ``slack`` is), one comparison per output.

    An output that one side lacks is unequal; one that no case of the reference has is skipped: a recording may
    contain only some outputs.
    """
    by_output: dict[str, list[Comparison]] = {}
    held = {key.split("/")[1] for key in references}
    for key in sorted({*references, *results}):
        position = key.split("/")[1]
        if position not in held:
            continue
        name = names[int(position)] if int(position) < len(names) else f"output {position}"
        if key not in references or key not in results:
            missing = Comparison(name, False, np.inf, np.inf, 0.0, 0.0, "the output is missing on one side")
            by_output.setdefault(position, []).append(missing)
            continue
        part = compare_arrays(name, references[key], results[key], compute, relative, slack.get(key, 0.0))
        by_output.setdefault(position, []).append(part)
    return [
        Comparison.worst(parts[0].name, parts)
        for _, parts in sorted(by_output.items(), key=lambda i: int(i[0]))
    ]


def _texts(array: Array) -> list[str]:
    """Strings of any representation as text."""
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in array.ravel().tolist()]


def _cosine(a: Array, b: Array) -> float:
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norm == 0.0:
        return 1.0 if np.array_equal(a, b) else 0.0
    return float(np.clip(np.vdot(a, b) / norm, -1.0, 1.0))


def _argmax(a: Array, b: Array) -> float:
    if a.ndim == 0 or a.size == 0 or a.shape[-1] < 2:
        return 1.0
    return float(np.mean(a.argmax(axis=-1) == b.argmax(axis=-1)))
