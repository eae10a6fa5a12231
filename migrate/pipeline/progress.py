"""What is known of an artifact so far; a refusal at any step still reports all of it."""

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
    """Inputs, and what a model must make of them.

    Attributes:
        evidence: ``golden``, ``original`` or ``reconstructed``.
        label: for messages.
        probes: file of arrays named ``case/input``, readable by every world of the slot.
        outputs: expected arrays named ``case/output``.
        slack: what rounding may add to the tolerance, by the same names; see `migrate.parity.rounding`.
        calls: of each case in a row, so that a stateful model shows what it remembers.
        endpoint: the signature that it is a call of; empty for the call of a model of layers.
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

    ``names`` turns what workers say into the user's names. ``classes`` are those of the layers that dialect rules were
    shown: empty where none was shown any, None while that is not known. ``evidence`` is what the comparisons rest on;
    see `migrate.pipeline.evidence`. ``ambiguous`` is true of a file that can be read in two ways with
    different numbers, both worlds having been given the same.
    """

    names: UserNames = field(default_factory=UserNames)
    facts: Facts | None = None
    rules: Sequence[Fired] = ()
    classes: list[str] | None = None
    legacy: Model | None = None
    modern: Model | None = None
    drawn: frozenset[str] = frozenset()
    """Positions of outputs that are drawn at random; a lifted graph has none."""
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
    """What the releases of Keras 3 that were named make of what was written."""
    invented: bool = False
    """The weights were drawn, though a file nearby may hold the model's own."""

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
