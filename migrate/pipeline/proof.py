"""Compare the modern world with the reference, and report where they diverge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from migrate.capsule.model import Array, Model
from migrate.findings import MigrationError
from migrate.parity.compare import NO_SLACK, Comparison, Slack, bounded, compare_arrays, compare_cases
from migrate.pipeline.answers import arrays_in
from migrate.pipeline.progress import ReferenceRun
from migrate.results import LayerParity
from migrate.worlds.contracts.models import Activations, Predict, RunCases
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.worker import Worker

SAMPLES = 512
"""Values per side that are kept for the scatter of the report."""


@dataclass(frozen=True, slots=True)
class Comparator:
    """How outputs are compared: names, the precision of the computation, the user's tolerance."""

    names: Sequence[str]
    compute: str = ""
    relative: float | None = None

    def compare(
        self,
        references: Mapping[str, Array],
        results: Mapping[str, Array],
        slack: Mapping[str, Slack] = NO_SLACK,
    ) -> list[Comparison]:
        """One comparison per output over all cases; ``slack`` is allowed on top of the tolerance."""
        return compare_cases(references, results, self.names, self.compute, self.relative, slack)


def lowest_precision(model: Model) -> str:
    """The half-precision policy of a model's layers, or an empty string."""
    for _, layer in model.walk():
        dtype = layer.config.get("dtype")
        if isinstance(dtype, str) and dtype.removeprefix("mixed_") in ("float16", "bfloat16"):
            return dtype.removeprefix("mixed_")
    return ""


def outputs_of(worker: Worker, call: RunCases) -> dict[str, Array]:
    """What a worker computes for all cases of a probe file."""
    return arrays_in(worker, worker.ask(call).file)


def answers_of(worker: Worker, run: ReferenceRun, call: RunCases | None = None) -> dict[str, Array]:
    """What a worker computes for the cases of a reference run, called as often as the reference was.

    ``call`` is how it is asked; for the outputs of its model unless given.
    """
    return outputs_of(worker, msgspec.structs.replace(call or Predict(run.probes), calls=run.calls))


def must_agree(comparisons: Sequence[Comparison], what: str, first_divergent: str | None = None) -> None:
    """Refuse if an output differs.

    Raises:
        MigrationError: ``PAR001`` with the output, the figures and the first layer that differs.
    """
    for comparison in comparisons:
        if not comparison.equal:
            where = f"; the first layer that differs is {first_divergent!r}" if first_divergent else ""
            raise MigrationError(
                "PAR001",
                f"{what}: output {comparison.name!r} {comparison.reason}{where}",
                "The model was not written. Please report it with its architecture.",
                place=first_divergent or "",
            )


def profile_layers(slot: Slot, probes: Path, judge: Comparator) -> tuple[list[LayerParity], str | None]:
    """Output of every layer on the first case in both worlds: their errors, and the first that differs.

    Layers that only one world has (operations, inserted layers) are skipped.
    """
    try:
        legacy = slot.legacy.ask(Activations(probes))
        modern = slot.modern.ask(Activations(probes))
    except WorldError:
        return [], None
    expected, actual = arrays_in(slot.legacy, legacy.file), arrays_in(slot.modern, modern.file)
    return compare_layers(legacy.layers, expected, actual, judge)


def profile_golden(
    slot: Slot, probes: Path, activations: Mapping[str, Array], judge: Comparator
) -> str | None:
    """The first layer whose output differs from its recording; None where none was recorded."""
    if not activations:
        return None
    modern = slot.modern.ask(Activations(probes))
    actual = arrays_in(slot.modern, modern.file)
    expected = {f"{name}/0": array for name, array in activations.items()}
    order = [name for name in modern.layers if name in expected]
    return compare_layers(order, expected, actual, judge)[1]


def compare_layers(
    order: Sequence[str], expected: Mapping[str, Array], actual: Mapping[str, Array], judge: Comparator
) -> tuple[list[LayerParity], str | None]:
    """Errors by layer in the given order (names ``layer/output``), and the first layer beyond tolerance."""
    profile: list[LayerParity] = []
    first: str | None = None
    for name in order:
        if name not in actual or expected[name].shape != actual[name].shape:
            continue
        part = compare_arrays(name, expected[name], actual[name], judge.compute, judge.relative)
        layer = name.rpartition("/")[0]
        profile.append(LayerParity(layer, bounded(part.max_abs), bounded(part.max_rel)))
        if not part.equal and first is None:
            first = layer
    return profile, first


def samples(references: Mapping[str, Array], results: Mapping[str, Array]) -> dict[str, list[float]]:
    """Up to ``SAMPLES`` values of both sides at the same positions, for a plot."""
    keys = [k for k in references if references[k].dtype.kind in "fiu" and k in results]
    if not keys:
        return {"reference": [], "migrated": []}
    a = np.concatenate([references[k].astype(np.float64).ravel() for k in keys])
    b = np.concatenate([results[k].astype(np.float64).ravel() for k in keys])
    chosen = (
        np.linspace(0, a.size - 1, min(SAMPLES, a.size)).astype(int) if a.size else np.array([], dtype=int)
    )
    finite = chosen[np.isfinite(a[chosen]) & np.isfinite(b[chosen])]
    return {"reference": a[finite].tolist(), "migrated": b[finite].tolist()}
