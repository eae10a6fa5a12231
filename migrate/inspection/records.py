"""The records of an inspection, which are also its JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from migrate.findings import Finding
from migrate.formats.describe import LayerRecord, TensorRecord


class WriterRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it; ``evidence`` says how what is not stored was told."""

    keras: str | None = None
    tensorflow: str | None = None
    backend: str | None = None
    layout: str | None = None
    evidence: str = ""


class TrainingRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The training state that was saved."""

    optimizer: str = ""
    loss: Any = None
    metrics: Any = None
    slots: int = 0


class SignatureRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One endpoint of a SavedModel, keys in the order of the file."""

    name: str
    inputs: list[TensorRecord]
    outputs: list[TensorRecord]
    method: str = ""


class MetaGraphRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tag set of a SavedModel."""

    tags: list[str]
    tensorflow: str = ""
    signatures: list[SignatureRecord] = []
    ops: dict[str, int] = {}
    functions: int = 0
    initializers: list[str] = []
    assets: list[str] = []
    objects: dict[str, int] = {}
    attributes: list[str] = []
    file_ops: list[str] = []
    python_ops: list[str] = []


class PlannedRule(msgspec.Struct, frozen=True):
    """A rule that will fire, and how often."""

    code: str
    count: int
    summary: str


class Inspection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What ``keras-migrate inspect`` says about a path.

    Attributes:
        path: as given.
        kind: one of ``migrate.formats.artifact.Format``.
        detail: the kind in words.
        size: bytes, of a directory those of all its files.
        writer: who wrote it.
        model: class of the root (``"Sequential"``).
        name: name of the root.
        architecture: where the architecture of a weights file was found.
        layers: every layer, nested ones after their model.
        inputs: of the architecture.
        outputs: of the architecture.
        parameters: stored weight values, optimizer slots not counted.
        training: saved training state, None when there is none.
        custom_objects: classes and ``functions()`` that Keras does not have.
        meta_graphs: of a SavedModel, one for each tag set.
        variables: of a checkpoint or SavedModel, by key.
        layout: of a checkpoint: ``"object"`` or ``"name"``.
        assets: names of assets and lookup tables.
        missing: files that belong to it and are not there.
        plan: rules that migration will apply.
        obstacles: blockers and notes.
    """

    path: str
    kind: str
    detail: str
    size: int = 0
    writer: WriterRecord = WriterRecord()
    model: str = ""
    name: str = ""
    architecture: str = ""
    layers: list[LayerRecord] = []
    inputs: list[TensorRecord] = []
    outputs: list[TensorRecord] = []
    parameters: int = 0
    training: TrainingRecord | None = None
    custom_objects: list[str] = []
    meta_graphs: list[MetaGraphRecord] = []
    variables: list[TensorRecord] = []
    layout: str = ""
    assets: list[str] = []
    missing: list[str] = []
    plan: list[PlannedRule] = []
    obstacles: list[Finding] = []
