"""The row of the report and ``migration.json``, from the data collected by a migration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from migrate.capsule.model import count_parameters
from migrate.dialects.registry import before_the_reference
from migrate.findings import Finding, Severity, Status
from migrate.parity.compare import Comparison, bounded
from migrate.pipeline.graph import graph_of
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import ArtifactRequest
from migrate.pipeline.user_names import UserNames
from migrate.results import (
    SCHEMA_VERSION,
    ArtifactResult,
    MigrationRecord,
    OutputParity,
    Outputs,
    Parity,
    Training,
    WrittenBy,
)
from migrate.versions import tool_versions


def artifact_result(
    request: ArtifactRequest, progress: Progress, status: Status, outputs: Outputs, seconds: float
) -> ArtifactResult:
    """The row of the report."""
    facts = progress.facts
    kept = {part: entry["state"] for part, entry in progress.training.items() if part != "step"}
    return ArtifactResult(
        source=request.source,
        sha256=facts.sha256 if facts else "",
        format=facts.format if facts else "unknown",
        written_by=WrittenBy(facts.keras, facts.tensorflow, facts.backend) if facts else WrittenBy(),
        status=status,
        outputs=outputs,
        rules=list(dict.fromkeys(fired.code for fired in progress.rules)),
        findings=[_finding(finding, progress.names) for finding in folded(progress.findings)],
        parity=_parity(progress),
        training=Training(**kept) if kept else None,
        untouched=progress.untouched,
        seconds=round(seconds, 3),
    )


def migration_record(
    progress: Progress,
    result: ArtifactResult,
    protections: list[str],
    made_for: Mapping[str, str],
) -> MigrationRecord:
    """``migration.json``: provenance, rules and evidence in full."""
    return MigrationRecord(
        schema=SCHEMA_VERSION,
        tool=tool_versions(),
        result=result,
        rules=[msgspec.to_builtins(fired) for fired in progress.rules],
        layers=_layers(progress),
        outputs=_outputs(progress),
        layer_parity=progress.profile,
        samples=progress.samples,
        signatures=progress.signatures,
        training=progress.training,
        protections=protections,
        phases=progress.phases,
        classes=progress.classes,
        own_code=progress.own_code,
        graph={
            side: graph_of(model)
            for side, model in (("legacy", progress.legacy), ("modern", progress.modern))
            if model is not None and progress.modern is not None
        },
        made_for=dict(made_for),
        readings=progress.readings,
    )


def _parity(progress: Progress) -> Parity | None:
    if not progress.comparisons:
        return None
    return Parity(
        progress.evidence,
        sum(witness.cases for witness in progress.witnesses),
        bounded(max(c.max_abs for c in progress.comparisons)),
        bounded(max(c.max_rel for c in progress.comparisons)),
        progress.first_divergent,
        progress.coverage,
        progress.seed,
        before_the_reference(fired.code for fired in progress.rules)
        if progress.evidence == "reconstructed"
        else [],
    )


_NAMED_PLACES = 3


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """Merge equal findings for several places into one that names the first of them; the order stays."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for finding in findings:
        key = (finding.code, finding.severity.value, finding.message, finding.hint)
        places.setdefault(key, []).append(finding.place)
    return [
        _at(Finding(code, Severity(severity), message, hint), where)
        for (code, severity, message, hint), where in places.items()
    ]


def _at(finding: Finding, places: Sequence[str]) -> Finding:
    named = list(dict.fromkeys(place for place in places if place))
    if len(named) < 2:
        return msgspec.structs.replace(finding, place=named[0] if named else "")
    more = f" and {len(named) - _NAMED_PLACES} more" if len(named) > _NAMED_PLACES else ""
    message = f"{finding.message} (at {', '.join(named[:_NAMED_PLACES])}{more})"
    return msgspec.structs.replace(finding, message=message, place=named[0])


def _finding(finding: Finding, named: UserNames) -> Finding:
    return Finding(
        finding.code,
        finding.severity,
        named(finding.message),
        named(finding.hint),
        named(finding.place),
    )


def _layers(progress: Progress) -> list[dict[str, Any]]:
    if progress.legacy is None:
        return []
    by_place: dict[str, list[str]] = {}
    for fired in progress.rules:
        by_place.setdefault(fired.place, []).append(fired.code)
    return [
        {
            "path": "/".join(path),
            "class_name": layer.class_name,
            "parameters": count_parameters(layer),
            "rules": list(dict.fromkeys(by_place.get("/".join(path), []))),
        }
        for path, layer in progress.legacy.walk()
    ]


def _outputs(progress: Progress) -> list[OutputParity]:
    names = list(dict.fromkeys(c.name for c in progress.comparisons))
    tensors = progress.signatures.get("new", {}).get("outputs", [])
    output_names = progress.signatures.get("new", {}).get("output_names", [])
    described = dict(zip(output_names, tensors, strict=False))
    return [
        _output(
            Comparison.worst(name, [c for c in progress.comparisons if c.name == name]), described.get(name)
        )
        for name in names
    ]


def _output(comparison: Comparison, tensor: dict[str, Any] | None) -> OutputParity:
    return OutputParity(
        comparison.name,
        tensor["shape"] if tensor else [],
        tensor["dtype"] if tensor else "",
        bounded(comparison.max_abs),
        bounded(comparison.max_rel),
        comparison.cosine,
        comparison.argmax_agreement,
    )
