"""Migrate one artifact: the steps in order, each a function of its own module."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from migrate.capsule.model import Model, count_parameters
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.compare import Comparison
from migrate.parity.golden import find_golden, read_golden
from migrate.pipeline.outcome import status_of
from migrate.pipeline.proof import (
    Judge,
    check_golden,
    lowest_precision,
    must_agree,
    outputs_of,
    profile_layers,
    samples,
)
from migrate.pipeline.publish import must_be_free, publish
from migrate.pipeline.reference import Reference, reader_params, take_reference
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.staging import Staged, stage
from migrate.pipeline.translated import Translated, ask_reader, legacy_structure, modern_structure
from migrate.report.records import (
    SCHEMA_VERSION,
    ArtifactResult,
    FindingRecord,
    LayerParity,
    MigrationRecord,
    OutputParity,
    Outputs,
    Parity,
    Status,
    Training,
    WrittenBy,
)
from migrate.versions import tool_versions
from migrate.worlds.custom_source import write_custom_objects
from migrate.worlds.pool import Slot

PROFILED_PARAMETERS = 2_000_000
"""Models up to this size are compared layer by layer also when they agree."""


@dataclass(slots=True)
class _Progress:
    """What is known so far; a refusal at any step still reports all of it."""

    translated: Translated | None = None
    legacy: Model | None = None
    findings: list[Finding] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    evidence: str = ""
    cases: int = 0
    first_divergent: str | None = None
    profile: list[LayerParity] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a step, in seconds."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = round(self.phases.get(name, 0.0) + time.perf_counter() - start, 4)


def migrate_artifact(request: ArtifactRequest, options: Options, slot: Slot) -> ArtifactResult:
    """Migrate one artifact with the workers of a slot.

    Never raises for what a file can cause: every refusal is a status with a reason code. A worker's death or
    time-out does raise, for the batch to retry.
    """
    start = time.perf_counter()
    progress = _Progress()
    try:
        status, outputs = _migrate(request, options, slot, progress)
    except MigrationError as error:
        if error.code in ("RUN001", "RUN002", "RUN003", "RUN004"):
            raise
        severity = Severity.INFO if status_of(error) is Status.SKIPPED else Severity.ERROR
        progress.findings.append(error.finding(severity))
        status, outputs = status_of(error), Outputs()
    return _result(request, progress, status, outputs, time.perf_counter() - start)


def _migrate(
    request: ArtifactRequest, options: Options, slot: Slot, progress: _Progress
) -> tuple[Status, Outputs]:
    must_be_free(request.out / request.folder, options.force)
    with progress.phase("scan"):
        staged = stage(request.path, options, slot)
        progress.findings += must_be_safe(slot, staged.source, options.trust)
    with progress.phase("translate"):
        translated = progress.translated = ask_reader(slot, staged.source, reader_params(staged, options))
        progress.findings += translated.notes()
        translated.must_be_translated()
        legacy, modern = legacy_structure(slot), modern_structure(slot)
        progress.legacy = legacy
    own_source = write_custom_objects(modern, slot.inputs)
    modern_objects = [*staged.custom_objects, *([str(own_source)] if own_source else [])]

    slot.warm()
    with progress.phase("reference"):
        reference = _reference(slot, staged, translated, options, progress)
    with progress.phase("build"):
        described = slot.modern.call(
            "build", {"folder": str(slot.reader.scratch), "stem": "modern", "custom_objects": modern_objects}
        )
    names = _output_names(reference.described if reference else described)
    judge = Judge(names, lowest_precision(legacy), options.tolerance)
    with progress.phase("compare"):
        _compare(request, slot, reference, described, judge, progress)

    status = Status.MIGRATED if progress.comparisons else Status.UNVERIFIED
    input_names = [entry["name"] for entry in (reference.described if reference else described)["inputs"]]
    with progress.phase("write"):
        written = slot.modern.call(
            "save",
            {
                "keras": Target.KERAS in options.targets,
                "saved_model": Target.SAVED_MODEL in options.targets,
                "input_names": input_names,
                "output_names": names,
            },
        )
    if reference is not None:
        with progress.phase("reload"):
            _compare_reloaded(slot, written, reference, modern_objects, input_names, judge, progress)
    parts = {Path(path).name: Path(path) for path in written.values()}
    if own_source is not None:
        parts["custom_objects.py"] = own_source
    outputs = Outputs(
        keras=f"{request.folder}/model.keras" if "keras" in written else None,
        saved_model=f"{request.folder}/saved_model" if "saved_model" in written else None,
        custom_objects=f"{request.folder}/custom_objects.py" if own_source else None,
    )
    signatures = {
        "old": (reference.described if reference else {}),
        "new": {**described, "input_names": input_names, "output_names": names},
    }
    sample = {}
    if reference is not None:
        sample = samples(reference.outputs, outputs_of(slot.modern, reference.probes))
    record = _record(request, progress, status, outputs, signatures, sample, slot)
    publish(request.out / request.folder, parts, record)
    return status, outputs


def _reference(
    slot: Slot, staged: Staged, translated: Translated, options: Options, progress: _Progress
) -> Reference | None:
    try:
        reference = take_reference(slot, staged, translated, options)
    except MigrationError as error:
        if error.code != "PAR004":
            raise
        progress.findings.append(error.finding(Severity.WARNING))
        return None
    progress.findings += reference.findings
    return reference


def _compare(
    request: ArtifactRequest,
    slot: Slot,
    reference: Reference | None,
    described: dict[str, Any],
    judge: Judge,
    progress: _Progress,
) -> None:
    """Compare the model that was built: with recorded outputs if there are any, and with the legacy world."""
    golden_path = request.golden or find_golden(request.path)
    if golden_path is not None:
        input_names = [entry["name"] for entry in described["inputs"]]
        progress.comparisons += check_golden(slot, read_golden(golden_path), input_names, judge)
        progress.evidence, progress.cases = "golden", 1
    if reference is None:
        return
    results = outputs_of(slot.modern, reference.probes)
    comparisons = judge.compare(reference.outputs, results)
    progress.comparisons += comparisons
    progress.evidence = progress.evidence or reference.evidence
    progress.cases += len({key.split("/")[0] for key in reference.outputs})
    agree = all(c.equal for c in comparisons)
    assert progress.legacy is not None
    size = sum(count_parameters(layer) for layer in progress.legacy.layers)
    if not agree or size <= PROFILED_PARAMETERS:
        progress.profile, progress.first_divergent = profile_layers(slot, reference, judge)
    if agree:
        progress.first_divergent = None
    must_agree(comparisons, "compared with the legacy world", progress.first_divergent)


def _compare_reloaded(
    slot: Slot,
    written: dict[str, Any],
    reference: Reference,
    objects: list[str],
    input_names: list[str],
    judge: Judge,
    progress: _Progress,
) -> None:
    """Load what was written as a user will, and compare again."""
    if "keras" in written:
        slot.stock.call("load_keras", {"path": written["keras"], "custom_objects": objects})
        comparisons = judge.compare(reference.outputs, outputs_of(slot.stock, reference.probes))
        must_agree(comparisons, "the saved .keras, loaded by stock Keras 3")
        progress.comparisons += comparisons
    if "saved_model" in written:
        results = outputs_of(
            slot.stock,
            reference.probes,
            "call_saved_model",
            path=written["saved_model"],
            inputs=input_names,
            outputs=list(judge.names),
            stateful=_is_stateful(progress),
        )
        comparisons = judge.compare(reference.outputs, results)
        must_agree(comparisons, "the SavedModel, loaded by tf.saved_model.load")
        progress.comparisons += comparisons


def _is_stateful(progress: _Progress) -> bool:
    assert progress.legacy is not None
    return any(layer.config.get("stateful") for _, layer in progress.legacy.walk())


def _output_names(described: Any) -> list[str]:
    """Keys that Keras 2 served the outputs under: names of the output layers, made unique."""
    names = described["output_names"] or [entry["name"].split("/")[0] for entry in described["outputs"]]
    if len(names) != len(described["outputs"]):
        names = [f"output_{i}" for i in range(len(described["outputs"]))]
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in unique:
            candidate, number = f"{name}_{number}", number + 1
        unique.append(candidate)
    return unique


def _result(
    request: ArtifactRequest, progress: _Progress, status: Status, outputs: Outputs, seconds: float
) -> ArtifactResult:
    facts = progress.translated.artifact if progress.translated else None
    fired = progress.translated.rules if progress.translated else []
    parity = None
    if progress.comparisons:
        parity = Parity(
            progress.evidence,
            progress.cases,
            max(c.max_abs for c in progress.comparisons),
            max(c.max_rel for c in progress.comparisons),
            progress.first_divergent,
        )
    kept = {k: v["state"] for k, v in progress.training.items()}
    return ArtifactResult(
        source=request.source,
        sha256=facts.sha256 if facts else "",
        format=facts.format if facts else "unknown",
        written_by=WrittenBy(facts.keras, facts.tensorflow, facts.backend) if facts else WrittenBy(),
        status=status,
        outputs=outputs,
        rules=list(dict.fromkeys(f.code for f in fired)),
        findings=[_finding_record(f) for f in progress.findings],
        parity=parity,
        training=Training(**kept) if kept else None,
        seconds=round(seconds, 3),
    )


def _finding_record(finding: Finding) -> FindingRecord:
    return FindingRecord(finding.code, finding.severity.value, finding.message, finding.hint, finding.place)


def _record(
    request: ArtifactRequest,
    progress: _Progress,
    status: Status,
    outputs: Outputs,
    signatures: dict[str, Any],
    sample: dict[str, list[float]],
    slot: Slot,
) -> MigrationRecord:
    assert progress.translated is not None
    assert progress.legacy is not None
    fired = progress.translated.rules
    layers = [
        {
            "path": "/".join(path),
            "class_name": layer.class_name,
            "parameters": count_parameters(layer),
            "rules": list(dict.fromkeys(f.code for f in fired if f.place == "/".join(path))),
        }
        for path, layer in progress.legacy.walk()
    ]
    hello = slot.legacy.hello
    return MigrationRecord(
        schema=SCHEMA_VERSION,
        tool=tool_versions(),
        result=_result(request, progress, status, outputs, 0.0),
        rules=[msgspec.to_builtins(f) for f in fired],
        layers=layers,
        outputs=[_output_parity(c, signatures) for c in _worst_by_output(progress.comparisons)],
        layer_parity=progress.profile,
        samples=sample,
        signatures=signatures,
        training=progress.training,
        protections=list(hello.protections) if hello else [],
        phases=progress.phases,
    )


def _worst_by_output(comparisons: list[Comparison]) -> list[Comparison]:
    names = list(dict.fromkeys(c.name for c in comparisons))
    return [Comparison.worst(name, [c for c in comparisons if c.name == name]) for name in names]


def _output_parity(comparison: Comparison, signatures: dict[str, Any]) -> OutputParity:
    new = signatures["new"]
    position = new["output_names"].index(comparison.name) if comparison.name in new["output_names"] else 0
    tensor = new["outputs"][position]
    return OutputParity(
        comparison.name,
        tensor["shape"],
        tensor["dtype"],
        comparison.max_abs,
        comparison.max_rel,
        comparison.cosine,
        comparison.argmax_agreement,
    )
