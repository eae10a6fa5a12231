"""Inspecting what holds layers: HDF5, archives, architectures, and the layers of SavedModels and checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import ARCHITECTURES
from migrate.formats.companions import lone_architecture
from migrate.formats.describe import (
    LayerRecord,
    TensorRecord,
    custom_objects,
    custom_training,
    layer_inputs,
    model_inputs,
    model_outputs,
    walk_layers,
)
from migrate.formats.own_names import OwnCode, OwnName, is_adapted, of_package, own_names, refusal
from migrate.formats.transformers import transformers_model
from migrate.formats.vocabulary import layers_without_vocabulary
from migrate.inspection.records import Inspection, PlannedRule, TrainingRecord, WriterRecord
from migrate.outcomes import severity_of
from migrate.parity.golden import find_golden

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.formats.artifact import LegacyArtifact, SavedArray, Writer
    from migrate.formats.identify import Identification


def basic(found: Identification, obstacles: list[Finding]) -> Inspection:
    """What is known of every path."""
    return Inspection(
        path=str(found.path),
        kind=found.format.value,
        detail=found.detail,
        size=found.size,
        obstacles=obstacles,
    )


def inspect_layers(found: Identification, architecture: Path | None, obstacles: list[Finding]) -> Inspection:
    """A file that ``read`` can read: its layers, training state and what it needs.

    Raises:
        MigrationError: of the reader.
    """
    from migrate.formats.read import read

    artifact = read(found.path, architecture, values=False)
    if (artifact.writer.keras_release or (0, 0)) >= (3, 0):
        obstacles.append(
            Finding(
                "FMT013", Severity.INFO, f"written by Keras {artifact.writer.keras}", "Nothing to migrate."
            )
        )
    else:
        obstacles += layer_obstacles(artifact)
        if artifact.format in ARCHITECTURES:
            obstacles.append(lone_architecture(found.path))
    return described(found, artifact, obstacles)


def described(
    found: Identification, artifact: LegacyArtifact, obstacles: list[Finding], **more: Any
) -> Inspection:
    """The part that every kind with layers shares."""
    root = artifact.architecture
    plan: list[PlannedRule] = []
    blocking = any(finding.severity is Severity.ERROR for finding in obstacles)
    modern = (artifact.writer.keras_release or (0, 0)) >= (3, 0)
    if (
        root is not None
        and (artifact.weights or artifact.format in ARCHITECTURES)
        and not blocking
        and not modern
    ):
        plan = _plan(artifact, obstacles)
    config = (root or {}).get("config")
    return Inspection(
        path=str(found.path),
        kind=found.format.value,
        detail=found.detail,
        size=found.size,
        writer=writer_record(artifact.writer),
        model=str((root or {}).get("class_name", "")),
        name=str(config.get("name", "")) if isinstance(config, dict) else "",
        architecture=str(artifact.metadata.get("architecture_source", "")),
        layers=_layers(artifact),
        inputs=model_inputs(root) if root else [],
        outputs=model_outputs(root) if root else [],
        parameters=artifact.parameters,
        training=_training(artifact),
        custom_objects=sorted({*needed_classes(root), *(() if modern else _own(artifact))}) if root else [],
        assets=sorted({*artifact.assets, *artifact.metadata.get("tables", {})}),
        missing=list(artifact.metadata.get("missing", [])),
        plan=plan,
        obstacles=obstacles,
        **more,
    )


def layer_obstacles(artifact: LegacyArtifact) -> list[Finding]:
    """Blockers that are known before any rule is tried."""
    from migrate.dialects.config_parser import is_model_config, without_graph

    root = artifact.architecture
    if root is None:
        package = transformers_model(artifact.source)
        return [
            Finding(
                "FMT004",
                Severity.ERROR,
                package.message if package else "weights without an architecture",
                package.hint
                if package
                else "Pass it with --architecture model.json or file.py:function, or the code with --source DIR.",
            )
        ]
    found = []
    named = {own.name: own for own in reversed(_authors_own(artifact))}
    recorded = find_golden(artifact.source) is not None
    found += [refusal(own).finding(Severity.ERROR) for own in named.values() if own.certain or not recorded]
    class_name = str(root.get("class_name", ""))
    if not is_model_config(class_name, root.get("config")):
        found.append(without_graph(class_name).finding())
    if custom := needed_classes(root):
        found.append(
            Finding(
                "CFG005",
                Severity.ERROR,
                f"needs code that is not in Keras: {', '.join(custom)}",
                "Supply it with --source DIR or --custom-objects FILE.py.",
            )
        )
    if paths := layers_without_vocabulary(artifact):
        found.append(
            Finding(
                "WGT021",
                Severity.ERROR,
                f"the vocabularies of {', '.join(paths)} are not in the file",
                "Checkpoints do not store them: use a SavedModel or archive, or put the vocabularies into the "
                "architecture.",
            )
        )
    if artifact.training and (custom := custom_training(artifact.training)):
        found.append(
            Finding(
                "CFG005",
                Severity.WARNING,
                f"was trained with code that is not in Keras: {', '.join(custom)}",
                "The model can be migrated without it; to continue training, supply it with --custom-objects "
                "FILE.py.",
            )
        )
    return found


def needed_classes(root: dict[str, Any]) -> list[str]:
    """What an architecture names that neither Keras nor an adapter for a package around it has.

    A `hub.KerasLayer` needs its module and no code, which its translation says.
    """
    from migrate.dialects.hub import names_module
    from migrate.dialects.packaged import functions_of_packages, without_adapted

    named = [(str(layer.get("class_name", "")), layer.get("config") or {}) for _, layer in walk_layers(root)]
    modules = {name for name, config in named if names_module(name, config)}
    known = modules | {f"{name}()" for name, doubt in functions_of_packages(root).items() if not doubt}
    return [name for name in custom_objects(without_adapted(root)) if name not in known]


def _authors_own(artifact: LegacyArtifact) -> list[OwnName]:
    """Stock names that mean the author's code, without those of packages that an adapter knows."""
    from migrate.dialects.packaged import adapted, functions_of_packages

    root = artifact.architecture or {}
    known, functions = adapted(root), functions_of_packages(root)
    return [of_package(own, functions) for own in own_names(artifact) if not is_adapted(own, known)]


def _plan(artifact: LegacyArtifact, obstacles: list[Finding]) -> list[PlannedRule]:
    """The rules that will fire; a rule that refuses becomes an obstacle."""
    from migrate.dialects.graphs import to_functional
    from migrate.dialects.keras2.masked_bidirectional import unsaid_release
    from migrate.dialects.rule import registered
    from migrate.dialects.translate import era_of, translate

    era = era_of(artifact)
    try:
        # The values are not read: rules that compute with them meet zeros, and only their names matter here.
        with np.errstate(all="ignore"):
            translation = translate(artifact, era, own=OwnCode(proven=True))
        to_functional(translation.modern)  # refuses where nothing tells the shape of the input
        notes = translation.notes
    except MigrationError as error:
        obstacles.append(error.finding(severity_of(error.code)))
        return []
    obstacles += [f for f in notes.findings if f.severity in (Severity.ERROR, Severity.SILENT)]
    if find_golden(artifact.source) is None:  # a recording settles which release it was
        obstacles += unsaid_release(translation.assigned, era)
    counts: dict[str, int] = {}
    for fired in notes.fired:
        counts[fired.code] = counts.get(fired.code, 0) + 1
    rules = registered()
    return [
        PlannedRule(code, count, rules[code][0].summary if code in rules else "")
        for code, count in sorted(counts.items())
    ]


def _own(artifact: LegacyArtifact) -> list[str]:
    """Names of the author's code that Keras has today as well; functions as ``name()``."""
    own = (own for own in _authors_own(artifact) if own.certain)
    return [f"{o.name}()" if o.kind == "activations" else o.name for o in own]


def _layers(artifact: LegacyArtifact) -> list[LayerRecord]:
    """Layers of the architecture with their arrays, then arrays that no layer owns."""
    arrays = {layer.layer: layer.arrays for layer in artifact.weights}
    inputs = layer_inputs(artifact.architecture or {})
    records = []
    for path, layer in walk_layers(artifact.architecture or {}):
        # A nested model in HDF5 has its arrays in one entry; elsewhere its layers have their own.
        records.append(
            _layer(path, str(layer.get("class_name", "")), arrays.pop(path, []), inputs.get(path, []))
        )
    records += [
        _layer(path, "", stored) for path, stored in arrays.items() if stored or not artifact.architecture
    ]
    return records


def _layer(
    path: tuple[str, ...], class_name: str, arrays: list[SavedArray], inputs: list[str] | None = None
) -> LayerRecord:
    weights = [TensorRecord(a.name, list(a.shape), a.stored_dtype or str(a.dtype)) for a in arrays]
    return LayerRecord(
        "/".join(path), class_name, sum(int(a.array.size) for a in arrays), weights, inputs or []
    )


def writer_record(writer: Writer) -> WriterRecord:
    """The writer as a record."""
    return WriterRecord(writer.keras, writer.tensorflow, writer.backend, writer.layout, writer.evidence)


def _training(artifact: LegacyArtifact) -> TrainingRecord | None:
    slots = len(artifact.optimizer_weights)
    training = artifact.training
    if training is None and not slots:
        return None
    training = training or {}
    optimizer = training.get("optimizer_config") or training.get("optimizer")
    name = optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer
    return TrainingRecord(str(name or ""), training.get("loss"), training.get("metrics"), slots)
