"""A file that can be read in two ways: the results of each reading, and which one a recording agrees with.

Both worlds build from the same reading, so their agreement says nothing about it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.golden import Golden, find_golden
from migrate.parity.input_specs import input_specs
from migrate.parity.probes import make_probes
from migrate.pipeline.proof import Comparator, lowest_precision, outputs_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.staging import Staged
from migrate.pipeline.translated import legacy_structure, modern_objects, modern_structure
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.modern import Build
from migrate.worlds.contracts.reader import Translate, Translated
from migrate.worlds.host.ends import WorkerStarved
from migrate.worlds.host.pool import Slot

_HINT = "Select one with --backend tensorflow or --backend theano, or record outputs as MODEL.golden.npz."


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading to continue with.

    Attributes:
        backend: of the reading.
        settled: whether a recording agrees with it and with no other.
        finding: the readings, how far they are apart, and the evidence for this one.
    """

    backend: str
    settled: bool
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Computed:
    """The outputs of a reading: arrays named ``case/output``, or why it has none."""

    outputs: Mapping[str, Array]
    names: list[str]
    refusal: str = ""


def choose_reading(
    request: ArtifactRequest,
    options: Options,
    slot: Slot,
    staged: Staged,
    question: Translate,
    translated: Translated,
) -> Choice:
    """Run each reading of a file on the same inputs, those of a recording if there is one.

    Args:
        request: names the recording, or where to look for one.
        options: tolerance and the user's files.
        slot: whose reader and modern world are used; both end up with one of the readings.
        staged: the file.
        question: the call of the reader.
        translated: its answer, with ``readings``.
    """
    slot.warm()
    path = None if staged.initialised else request.golden or find_golden(request.path)
    recorded = recording_in(slot, path) if path is not None else None
    golden = recorded if recorded is not None and recorded.inputs else None
    probes = slot.inputs / "readings.safetensors"
    computed: dict[str, _Computed] = {}
    for backend in translated.readings:
        asked = msgspec.structs.replace(question, backend=backend)
        computed[backend] = _compute(slot, staged, asked, golden, probes)
    judge = Comparator(
        next((c.names for c in computed.values() if c.names), []),
        lowest_precision(legacy_structure(slot)),
        options.tolerance,
    )
    if golden is not None:
        agreeing = [b for b, c in computed.items() if _agrees(judge, golden.references(), c)]
        if len(agreeing) == 1:
            (backend,) = agreeing
            others = _apart(judge, computed, backend)
            message = f"the file does not store its backend; the recording is {backend}'s, {others}"
            return Choice(backend, True, Finding("PAR020", Severity.INFO, message))
    likelier = translated.readings[0]
    message = (
        f"the file does not store its backend, and the readings differ: {_apart(judge, computed, likelier)}; "
        f"{likelier} was used: {', '.join(translated.hints)}"
    )
    return Choice(likelier, False, Finding("PAR020", Severity.WARNING, message, _HINT))


def _compute(
    slot: Slot, staged: Staged, question: Translate, golden: Golden | None, probes: Path
) -> _Computed:
    try:
        slot.reader.ask(question).must_be_translated()
        objects = modern_objects(slot, staged, modern_structure(slot))
        described = slot.modern.ask(Build(slot.reader.scratch, objects))
        if golden is not None:
            arranged = golden.arranged(described.input_keys)
            save_arrays(probes, arranged.probes())
        elif not probes.exists():
            specs = input_specs(legacy_structure(slot), described.inputs)
            save_arrays(probes, make_probes(specs))
        outputs = outputs_of(slot.modern, Predict(probes))
    except WorkerStarved:
        raise
    except MigrationError as error:
        return _Computed({}, [], f"{error.code}: {error}")
    return _Computed(outputs, described.output_keys)


def _agrees(judge: Comparator, references: Mapping[str, Array], computed: _Computed) -> bool:
    return bool(computed.outputs) and all(c.equal for c in judge.compare(references, computed.outputs))


def _apart(judge: Comparator, computed: Mapping[str, _Computed], chosen: str) -> str:
    """How far the other readings are from one, for a message."""
    parts = []
    for backend, other in computed.items():
        if backend == chosen:
            continue
        broken = computed[chosen].refusal or other.refusal
        if broken:
            parts.append(f"{backend if other.refusal else chosen} cannot read it ({broken})")
            continue
        worst = max(
            judge.compare(computed[chosen].outputs, other.outputs), key=lambda c: (not c.equal, c.max_rel)
        )
        far = f"are {worst.max_rel:.1%} off" if math.isfinite(worst.max_rel) else f"differ: {worst.reason}"
        parts.append(f"{backend} computes outputs that {far}")
    return "; ".join(parts)
