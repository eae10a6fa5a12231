"""What is known about an artifact so far; a refusal at any step still reports all of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrate.capsule.model import Array, Model
from migrate.dialects.rule import Fired
from migrate.findings import Finding
from migrate.parity.compare import Comparison, Slack
from migrate.pipeline.user_names import UserNames
from migrate.results import Coverage, LayerParity, Reading, Untouched
from migrate.worlds.contracts.reader import Facts

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReferenceRun:
    """Inputs, and the expected outputs of a model.

    Attributes:
        evidence: ``golden``, ``original`` or ``reconstructed``.
        label: for messages.
        probes: file of arrays named ``case/input``, readable by every world of the slot.
        outputs: expected arrays named ``case/output``.
        slack: rounding allowance on top of the tolerance, by the same names; see `migrate.parity.rounding`.
        calls: number of calls of each case in a row, so that a stateful model shows its state.
        endpoint: the called signature; empty for the call of a layer model.
    """

    evidence: str
    label: str
    probes: Path
    outputs: Mapping[str, Array]
    slack: Mapping[str, Slack] = field(default_factory=dict)
    endpoint: str = ""
    calls: int = 1

    @property
    def cases(self) -> int:
        """Number of input cases."""
        return len({key.split("/")[0] for key in self.outputs})


@dataclass(slots=True)
class Progress:
    """Collected while an artifact is migrated.

    ``names`` maps names from workers to the user's names. ``classes`` are those of the layers that dialect rules
    saw: empty if they saw none, None while that is unknown. ``evidence`` is the basis of the comparisons;
    see `migrate.pipeline.evidence`. ``ambiguous`` is true for a file that can be read in two ways with
    different numbers, if both worlds used the same reading.
    """

    names: UserNames = field(default_factory=UserNames)
    facts: Facts | None = None
    rules: Sequence[Fired] = ()
    classes: list[str] | None = None
    legacy: Model | None = None
    modern: Model | None = None
    drawn: frozenset[str] = frozenset()
    """Positions of random outputs; a lifted graph has none."""
    findings: list[Finding] = field(default_factory=list)
    witnesses: list[ReferenceRun] = field(default_factory=list)
    evidence: str = ""
    ambiguous: bool = False
    coverage: Coverage | None = None
    seed: int | None = None
    golden_activations: Mapping[str, Array] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    first_divergent: str | None = None
    profile: list[LayerParity] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)
    signatures: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    untouched: Untouched | None = None
    phases: dict[str, float] = field(default_factory=dict)
    own_code: dict[str, Any] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    """The results of the named Keras 3 releases for the output."""
    invented: bool = False
    """The weights were initialised, although a file nearby may contain the model's own."""

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a step, in seconds."""
        start = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - start
            self.phases[name] = round(self.phases.get(name, 0.0) + took, 4)
            _log.info("%s: %.1f s", name, took)


@dataclass(frozen=True, slots=True)
class Written:
    """Finished files in a worker's scratch folder: final name to path."""

    parts: Mapping[str, Path]
