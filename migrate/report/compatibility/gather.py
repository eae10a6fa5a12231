"""Read all inputs of a report: the tree, given and found JSON, pins and the environment.

This is the only module of the package that reads files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import msgspec

from migrate.findings import MigrationError
from migrate.report.compatibility.build import Inputs
from migrate.report.compatibility.catalogue import catalogue
from migrate.report.compatibility.contracts import (
    Artifact,
    CodeFile,
    CodeReport,
    is_models_report,
    read_code,
)
from migrate.report.compatibility.effort import STOPPED
from migrate.report.compatibility.pins import environment, pins
from migrate.report.compatibility.records import Unseen
from migrate.report.compatibility.references import Outline, config_references, notebook_outline, outline
from migrate.report.compatibility.runs import Runs
from migrate.report.compatibility.tree import MAX_SOURCE, Tree, walk

Scan = Callable[[Path, Sequence[str]], CodeReport]
"""Scans the source of a tree with every rule and writes nothing."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One artifact as inspection sees it, and what its page shows beyond the contract."""

    artifact: Artifact
    detail: Mapping[str, Any]


class Inspector(Protocol):
    """Finds and inspects artifacts by content, without running them."""

    def find(self, root: Path, only: Sequence[str]) -> list[str]:
        """Artifacts below a root, or below the parts of it that ``only`` names."""

    def look(self, root: Path, paths: Sequence[str]) -> Iterator[Looked]:
        """Each artifact; if one cannot be inspected, it gives the reason."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The two engines that scan a tree; None if a part is not wanted or given as JSON."""

    scan: Scan | None = None
    inspector: Inspector | None = None


@dataclass(slots=True)
class _Gathered:
    files: list[CodeFile] = field(default_factory=list)
    models: dict[str, Artifact] = field(default_factory=dict)
    details: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    outlines: dict[str, Outline] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)


def gather(
    root: Path | None,
    code: Iterable[Path] = (),
    models: Iterable[Path] = (),
    looks: Looks | None = None,
    only: Sequence[str] = (),
) -> Inputs:
    """Collect the inputs of a report.

    Args:
        root: folder to scan; None for a report from JSON alone.
        code: JSON files of ``keras-migrate code``; the source is then not scanned again.
        models: ``report.json`` files of ``keras-migrate models``; runs found below ``root`` are used too.
        looks: the engines for everything that no JSON covers.
        only: files and folders below ``root`` to scan; empty for all.

    Raises:
        MigrationError: ``REP001`` for a given file that is not the JSON expected.
    """
    looks = looks or Looks()
    got = _Gathered()
    tree = walk(root, only) if root else None
    artifacts = list(tree.artifacts) if tree else []
    if root and looks.inspector:
        artifacts = looks.inspector.find(root, only)
    code_reports = [read_code(_bytes(path), path.name) for path in code]
    runs = Runs(root, artifacts)
    for path in models:
        runs.add(path, _bytes(path))
    found_pins = []
    if tree and root:
        for name in tree.reports:
            data = tree.read(name)
            if is_models_report(data):
                runs.add(root / name, data, given=False)
    got.models, got.details = runs.models, runs.details
    got.unseen += runs.unseen
    if tree and root:
        if not code_reports and looks.scan:
            code_reports = [looks.scan(root, only)]
        _add_outlines(got, tree, runs)
        _inspect(got, root, [path for path in artifacts if not runs.wrote(path)], looks.inspector)
        found_pins = [pin for path in tree.requirements for pin in pins(path, _text(root, path))]
        got.unseen += [Unseen(path=path, reason=reason) for path, reason in tree.unseen]
    for report in code_reports:
        got.files += report.files
    return Inputs(
        root=_root_name(root),
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        tool={"keras-migrate": metadata.version("keras-migrate")},
        files=got.files,
        code_written=bool(code_reports) and all(report.written for report in code_reports),
        models=list(got.models.values()),
        details=got.details,
        outlines=got.outlines,
        source=partial(_text, root) if root else lambda _path: "",
        rules=catalogue(),
        pins=found_pins,
        environment=environment(),
        unseen=got.unseen,
    )


def _root_name(root: Path | None) -> str:
    return (root.resolve().name or "/") if root else "keras-migrate"


def _add_outlines(got: _Gathered, tree: Tree, runs: Runs) -> None:
    for path in [*tree.python, *tree.notebooks]:
        if (tree.root / path).stat().st_size > MAX_SOURCE:
            got.unseen.append(Unseen(path=path, reason="too large for a source file"))
            continue
        found = (notebook_outline if path.endswith(".ipynb") else outline)(tree.read(path))
        if found is None:
            got.unseen.append(Unseen(path=path, reason="cannot be parsed: links of this file are unknown"))
        else:
            got.outlines[path] = found
    for path in tree.configs:
        if not runs.wrote(path):
            got.outlines[path] = config_references(tree.read(path))


def _inspect(got: _Gathered, root: Path, artifacts: Sequence[str], inspector: Inspector | None) -> None:
    """Inspect what no run covers, and what a run left blocked, to find the classes that it needs."""
    done = {path for path in artifacts if path in got.models and got.models[path].status not in STOPPED}
    rest = [path for path in artifacts if path not in done]
    if inspector is None:
        missing = [path for path in rest if path not in got.models]
        got.unseen += [Unseen(path=path, reason="not covered by any run or inspection") for path in missing]
        got.models.update({path: Artifact(source=path, status="unseen") for path in missing})
        return
    for looked in inspector.look(root, rest):
        path = looked.artifact.source
        got.details[path] = {**looked.detail, **got.details.get(path, {})}
        ran = got.models.get(path)
        got.models[path] = (
            msgspec.structs.replace(ran, custom_objects=looked.artifact.custom_objects)
            if ran
            else looked.artifact
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MigrationError("REP001", f"{path.name} cannot be read: {error.strerror}") from error


def _text(root: Path, path: str) -> str:
    """Text of a file of the tree; empty if it is missing or outside (JSON of another tree)."""
    full = root / path
    if not full.is_file() or full.stat().st_size > MAX_SOURCE:
        return ""
    return full.read_bytes().decode("utf-8", "replace")
