"""The JSON contract of ``keras-migrate models``: ``OUT/report.json`` and one ``migration.json`` per model.

Field names are the published ones; the JSON Schema in ``migrate/report/schema`` is generated from these
records and a test fails when the two drift apart.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from migrate.findings import Finding, Status

SCHEMA_VERSION = 1


class WrittenBy(msgspec.Struct, frozen=True):
    """Who wrote the artifact; None for what nothing tells."""

    keras: str | None = None
    tensorflow: str | None = None
    backend: str | None = None


class Outputs(msgspec.Struct, frozen=True):
    """Paths of what was written, relative to the output folder."""

    keras: str | None = None
    saved_model: str | None = None
    custom_objects: str | None = None
    onnx: str | None = None
    litert: str | None = None
    openvino: str | None = None
    """A folder with ``model.xml`` and ``model.bin``."""
    torch: str | None = None
    """A folder with ``model.py`` and ``model.safetensors``."""


class Coverage(msgspec.Struct, frozen=True):
    """How much of a model the comparisons would have noticed; see ``docs/models.md``."""

    weights: float
    """Share of the numbers of a weight array that are covered, averaged over the arrays."""
    arrays: int
    """Weight arrays of floats."""
    noticed: int
    """Arrays of which at least one number is covered."""
    branches: int = 0
    """Pieces of activations, and kept and hidden steps of masks."""
    met: int = 0
    """Branches that a probe took."""
    rounds: int = 0
    """Rounds of further probes, drawn because the ones before left something out."""
    uncovered: list[str] = []
    """Arrays of which nothing is covered, and branches that no probe took."""


class Parity(msgspec.Struct, frozen=True):
    """The comparison in figures: the worst over all outputs, cases and reloads."""

    evidence: str
    """``golden``, ``original`` or ``reconstructed``."""
    cases: int
    max_abs: float
    max_rel: float
    first_divergent_layer: str | None = None
    coverage: Coverage | None = None
    """None where it could not be measured."""
    seed: int | None = None
    """Of the probes: ``--seed`` draws the same ones again."""
    assumptions: list[str] = []
    """Rules that fired before a ``reconstructed`` reference was built: both sides rest on them. Empty for one that is
    independent of all rules."""


class UntouchedOutcome(StrEnum):
    """What stock Keras 3 does with the untouched file."""

    EQUAL = "loads and is equal"
    DIFFERS = "loads and differs"
    DOES_NOT_RUN = "loads and does not run"
    DOES_NOT_LOAD = "does not load"


class Untouched(msgspec.Struct, frozen=True):
    """``keras.saving.load_model`` on the untouched file, compared with the last reference of the proof."""

    outcome: UntouchedOutcome
    max_rel: float | None = None
    """Worst relative error over the outputs; None where there is none to compare."""
    reason: str = ""


class ReaderOutcome(StrEnum):
    """What one release of Keras 3 makes of an archive."""

    EQUAL = "equal"
    DIFFERS = "loads and differs"
    DOES_NOT_RUN = "loads and does not run"
    DOES_NOT_LOAD = "does not load"
    UNCOMPARED = "loads, nothing to compare with"
    UNSOUND = "loads, on a backend that computes masks wrongly"
    MISSING = "reader is missing"


class Reading(msgspec.Struct, frozen=True):
    """One archive in one release of Keras 3."""

    reader: str
    """As it was asked for: ``3.9``, ``nightly``."""
    version: str
    backend: str
    outcome: ReaderOutcome
    max_rel: float | None = None
    """Worst relative error over the outputs; None where there is none to compare."""
    reason: str = ""
    file: str = ""
    """Which of several archives was read, where releases cannot share one."""


class CheckedArchive(msgspec.Struct, frozen=True):
    """One row of the matrix of archives and readers."""

    source: str
    written_by: str
    """Version of the Keras 3 that wrote it; empty where it was refused."""
    reference: str
    """Where the numbers come from that the readers are held against; why the archive was refused."""
    readings: list[Reading]


class Training(msgspec.Struct, frozen=True):
    """What became of the training state: ``kept``, ``mapped``, ``lost`` or ``absent``."""

    optimizer: str = "absent"
    slots: str = "absent"
    loss: str = "absent"
    metrics: str = "absent"


class ArtifactResult(msgspec.Struct, frozen=True):
    """One row of the report."""

    source: str
    sha256: str
    format: str
    written_by: WrittenBy
    status: Status
    outputs: Outputs = Outputs()
    rules: list[str] = []
    findings: list[Finding] = []
    parity: Parity | None = None
    training: Training | None = None
    untouched: Untouched | None = None
    seconds: float = 0.0


class BatchReport(msgspec.Struct, frozen=True):
    """``OUT/report.json``."""

    schema: int
    tool: dict[str, str]
    summary: dict[str, int]
    artifacts: list[ArtifactResult]


class OutputParity(msgspec.Struct, frozen=True):
    """The worst figures of one model output over all cases."""

    name: str
    shape: list[int | None]
    dtype: str
    max_abs: float
    max_rel: float
    cosine: float
    argmax_agreement: float


class LayerParity(msgspec.Struct, frozen=True):
    """How far one layer's output differs from the reference's layer of that name."""

    layer: str
    max_abs: float
    max_rel: float


class GraphLayer(msgspec.Struct, frozen=True):
    """A layer in the graph of a model: ``inputs`` are the paths of the layers whose output it takes."""

    path: str
    class_name: str
    inputs: list[str] = []


class MigrationRecord(msgspec.Struct, frozen=True):
    """``migration.json`` beside a migrated model: provenance, rules and evidence in full."""

    schema: int
    tool: dict[str, str]
    result: ArtifactResult
    rules: list[dict[str, Any]]
    layers: list[dict[str, Any]]
    outputs: list[OutputParity]
    layer_parity: list[LayerParity]
    samples: dict[str, list[float]]
    signatures: dict[str, Any]
    training: dict[str, Any]
    protections: list[str]
    phases: dict[str, float] = {}
    classes: list[str] | None = None
    """Classes of the layers that rules were shown; None where they were shown none to the end."""
    files: dict[str, str] = {}
    """SHA-256 of each file beside this one, by its path: what was compared, and nothing else, is what this tells of."""
    own_code: dict[str, Any] = {}
    """The author's code that the model needs: where it stood, and its source before and after."""
    graph: dict[str, list[GraphLayer]] = {}
    """Layers with their inputs: ``legacy`` in the final Keras 2 dialect, ``modern`` as built; empty without layers."""
    made_for: dict[str, str] = {}
    readings: list[Reading] = []
    """What the releases of Keras 3 named with ``--for`` make of ``model.keras``."""
    """What the batch that made this knows its work by: ``key`` (content and options) and ``ruleset``."""
