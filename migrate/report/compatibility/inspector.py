"""Find and inspect artifacts by content, in the sandboxed reader that runs use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError, Status
from migrate.inspection.expectation import expected
from migrate.outcomes import severity_of, status_of
from migrate.report.compatibility.contracts import Artifact
from migrate.report.compatibility.gather import Looked

if TYPE_CHECKING:
    from migrate.inspection import Inspection


class ContentInspector:
    """Inspects artifacts by content; see ``gather.Inspector``."""

    def find(self, root: Path, only: Sequence[str]) -> list[str]:
        """Artifacts below ``root``; a SavedModel is its folder, weights and their architecture count as one."""
        from migrate.batch.scanner import Reader
        from migrate.discovery import Source, discover

        base = root.resolve()
        starts = tuple(base / part for part in only) or (base,)
        source = Source(str(root), base, starts, explicit=False)
        with Reader([base]) as reader:
            found = discover([source], reader)
        return [candidate.source for candidate in found]

    def look(self, root: Path, paths: Sequence[str]) -> Iterator[Looked]:
        """The result of inspection for each artifact."""
        if not paths:
            return
        from migrate.batch.scanner import Reader

        with Reader([root]) as reader:
            inspected = reader.inspect(root / path for path in paths)
            for path, (_, found) in zip(paths, inspected, strict=True):
                if isinstance(found, MigrationError):
                    finding = found.finding(severity_of(found.code))
                    status = str(status_of(found.code))
                    yield Looked(Artifact(source=path, status=status, findings=[finding]), {})
                else:
                    yield described(path, found)


def described(path: str, found: Inspection) -> Looked:
    """An inspection in the terms of the report."""
    slots = found.training.slots if found.training else 0
    signatures = {
        signature.name: {
            "inputs": {tensor.name: [tensor.dtype, tensor.shape] for tensor in signature.inputs},
            "outputs": {tensor.name: [tensor.dtype, tensor.shape] for tensor in signature.outputs},
        }
        for graph in found.meta_graphs
        for signature in graph.signatures
    }
    detail: dict[str, Any] = {
        "layers": [
            {
                "path": layer.path,
                "class_name": layer.class_name,
                "parameters": layer.parameters,
                "inputs": layer.inputs,
            }
            for layer in found.layers
        ],
        "signatures": {"old": signatures} if signatures else {},
        "planned": [[rule.code, rule.count, rule.summary] for rule in found.plan],
    }
    training = {
        "optimizer": found.training.optimizer if found.training else "",
        "slots": f"{slots} saved" if slots else "",
    }
    return Looked(
        Artifact(
            source=path,
            status=_status(found),
            format=found.kind,
            written_by={
                "keras": found.writer.keras,
                "tensorflow": found.writer.tensorflow,
                "backend": found.writer.backend,
            },
            rules=[rule.code for rule in found.plan],
            findings=found.obstacles,
            training={name: text for name, text in training.items() if text},
            custom_objects=found.custom_objects,
        ),
        detail,
    )


def _status(found: Inspection) -> str:
    """The status that a run would give, and ``planned`` if only a run can decide it."""
    status = expected(found).status
    return "planned" if status is Status.MIGRATED else status.value
