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
RECORD = "migration.json"
"""Name of the record of one model, beside its outputs."""


class WrittenBy(msgspec.Struct, frozen=True):
    """Who wrote the artifact; None for unknown parts."""

    keras: str | None = None
    tensorflow: str | None = None
    backend: str | None = None


class Outputs(msgspec.Struct, frozen=True):
    """Paths of the written files, relative to the output folder."""

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
    """Share of the covered numbers of a weight array, averaged over the arrays."""
    arrays: int
    """Weight arrays of floats."""
    noticed: int
    """Arrays with at least one covered number."""
    branches: int = 0
    """Pieces of activations, and visible and masked steps of masks."""
    met: int = 0
    """Branches that a probe took."""
    rounds: int = 0
    """Rounds of further probes, drawn because the previous ones left something uncovered."""
    uncovered: list[str] = []
    """Arrays without any covered number, and branches that no probe took."""


class Parity(msgspec.Struct, frozen=True):
    """The comparison in figures: the worst over all outputs, cases and reloads."""

    evidence: str
    """``golden``, ``original`` or ``reconstructed``."""
    cases: int
    max_abs: float
    max_rel: float
    first_divergent_layer: str | None = None
    coverage: Coverage | None = None
    """None if it could not be measured."""
    seed: int | None = None
    """Of the probes: ``--seed`` reproduces them."""
    assumptions: list[str] = []
    """Rules that fired before a ``reconstructed`` reference was built: both sides depend on them. Empty for a reference
    that is independent of all rules."""


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
    """Worst relative error over the outputs; None if there is none to compare."""
    reason: str = ""


class ReaderOutcome(StrEnum):
    """The result of one Keras 3 release for an archive."""

    EQUAL = "equal"
    DIFFERS = "loads and differs"
    DOES_NOT_RUN = "loads and does not run"
    DOES_NOT_LOAD = "does not load"
    UNCOMPARED = "loads, nothing to compare with"
    UNSOUND = "loads, on a backend that computes masks wrongly"
    MISSING = "reader is missing"


class Reading(msgspec.Struct, frozen=True):
    """One archive in one Keras 3 release."""

    reader: str
    """As requested: ``3.9``, ``nightly``."""
    version: str
    backend: str
    outcome: ReaderOutcome
    max_rel: float | None = None
    """Worst relative error over the outputs; None if there is none to compare."""
    reason: str = ""
    file: str = ""
    """Which of several archives was read, if releases cannot share one."""


class CheckedArchive(msgspec.Struct, frozen=True):
    """One row of the matrix of archives and readers."""

    source: str
    written_by: str
    """Version of the Keras 3 that wrote it; empty if it was refused."""
    reference: str
    """The source of the reference outputs, or why the archive was refused."""
    readings: list[Reading]


class Training(msgspec.Struct, frozen=True):
    """The outcome for the training state: ``kept``, ``mapped``, ``lost`` or ``absent``."""

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
    """How far one layer's output differs from the output of the reference's layer with that name."""

    layer: str
    max_abs: float
    max_rel: float


class GraphLayer(msgspec.Struct, frozen=True):
    """A layer in the graph of a model: ``inputs`` are the paths of its input layers."""

    path: str
    class_name: str
    inputs: list[str] = []


class MigrationRecord(msgspec.Struct, frozen=True):
    """``migration.json`` next to a migrated model: provenance, rules and evidence in full."""

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
    """Classes of the layers that the rules saw; None if the rules did not run to the end."""
    files: dict[str, str] = {}
    """SHA-256 of each file next to this one, by path: the record applies only to exactly these files."""
    own_code: dict[str, Any] = {}
    """The author's code that the model needs: its location, and its source before and after."""
    graph: dict[str, list[GraphLayer]] = {}
    """Layers with their inputs: ``legacy`` in the final Keras 2 dialect, ``modern`` as built; empty without layers."""
    made_for: dict[str, str] = {}
    readings: list[Reading] = []
    """The results for ``model.keras`` in the Keras 3 releases named with ``--for``."""
    """How the batch that made this identifies its work: ``key`` (content and options) and ``ruleset``."""
