"""Find and inspect artifacts by content, in a process of their own (``looker``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.findings import Finding, MigrationError, Severity
from migrate.report.compatibility.contracts import Artifact, ModelFinding
from migrate.report.compatibility.gather import Looked
from migrate.report.compatibility.looker import Looker
from migrate.report.compatibility.records import Unseen

if TYPE_CHECKING:
    from migrate.formats.identify import Identification
    from migrate.inspection import Inspection

_SKIPPED = frozenset({"FMT013", "FMT015", "FMT023"})
_CHUNK = 64


class ContentInspector:
    """Looks at artifacts by content; see ``gather.Inspector``."""

    def find(self, root: Path, only: Sequence[str]) -> list[str]:
        """Artifacts below ``root``; a SavedModel is its folder, weights with their architecture are one."""
        from migrate.discovery import Source, discover

        base = root.resolve()
        starts = tuple(base / part for part in only) or (base,)
        source = Source(str(root), base, starts, explicit=False)
        with Looker() as looker:
            found = discover([source], lambda paths: _identified(looker, paths))
        return [candidate.source for candidate in found]

    def look(self, root: Path, paths: Sequence[str]) -> Iterator[Looked | Unseen]:
        """What inspection says of each artifact."""
        if not paths:
            return
        from migrate.inspection import Inspection

        with Looker() as looker:
            for path in paths:
                answer = next(looker.ask("inspect", [root / path]))
                if answer.reason:
                    yield Unseen(path=path, reason=answer.reason)
                else:
                    yield described(path, msgspec.json.decode(answer.found, type=Inspection))


def described(path: str, found: Inspection) -> Looked:
    """An inspection in the words of the report."""
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
            {"path": layer.path, "class_name": layer.class_name, "parameters": layer.parameters}
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
            findings=[_finding(obstacle) for obstacle in found.obstacles],
            training={name: text for name, text in training.items() if text},
            custom_objects=found.custom_objects,
        ),
        detail,
    )


def _status(found: Inspection) -> str:
    from migrate.formats.artifact import Format

    if any(obstacle.code in _SKIPPED for obstacle in found.obstacles) or not Format(found.kind).is_model:
        return "skipped"
    blocked = any(obstacle.severity is Severity.ERROR for obstacle in found.obstacles)
    return "blocked" if blocked else "planned"


def _finding(found: Finding) -> ModelFinding:
    return ModelFinding(
        code=found.code, severity=found.severity, message=found.message, hint=found.hint, place=found.place
    )


def _identified(
    looker: Looker, paths: Sequence[Path]
) -> Iterator[tuple[Path, Identification | MigrationError]]:
    from migrate.formats.artifact import Format
    from migrate.formats.identify import Identification

    for start in range(0, len(paths), _CHUNK):
        chunk = paths[start : start + _CHUNK]
        for path, answer in zip(chunk, looker.ask("identify", chunk), strict=True):
            if answer.reason:
                yield path, MigrationError(answer.code, answer.reason)
            else:
                said = msgspec.json.decode(answer.found)
                yield path, Identification(Path(said.pop("path")), Format(said.pop("format")), **said)
