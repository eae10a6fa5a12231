"""Join the collected input into one report. A pure function of its inputs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from migrate.findings import Rule
from migrate.report.compatibility import details, effort
from migrate.report.compatibility.contracts import Artifact, CodeFile
from migrate.report.compatibility.excerpts import hunks
from migrate.report.compatibility.hours import hours
from migrate.report.compatibility.levels import Effort, Level, Origin
from migrate.report.compatibility.links import Target, Ties, tie
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.picture import picture
from migrate.report.compatibility.plan import plan
from migrate.report.compatibility.reasons import reasons
from migrate.report.compatibility.records import SCHEMA_VERSION, Entry, FileUnit, Package, Pin, Report, Unseen
from migrate.report.compatibility.references import Outline
from migrate.report.compatibility.rules import BY_CODE
from migrate.report.compatibility.tree import common_folder, package_of
from migrate.report.compatibility.unblock import next_step
from migrate.report.compatibility.verdict import verdict


@dataclass(slots=True)
class Inputs:
    """All inputs of a report.

    Attributes:
        files: of ``keras-migrate code``, paths relative to the root.
        code_written: whether the edits of ``files`` are on disk.
        models: of ``keras-migrate models`` or of inspection, sources relative to the root.
        details: ``migration.json`` by artifact path.
        outlines: the references of each source file, by path; empty when no tree was scanned.
        source: text of a file before any rewrite, empty if not available.
        rules: the reasons with their explanations, by code.
    """

    root: str
    created: str
    tool: dict[str, str]
    files: list[CodeFile] = field(default_factory=list)
    code_written: bool = False
    models: list[Artifact] = field(default_factory=list)
    details: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outlines: Mapping[str, Outline] = field(default_factory=dict)
    source: Callable[[str], str] = lambda _path: ""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    pins: list[Pin] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)


def build(given: Inputs) -> Report:
    """Build the report."""
    common = common_folder([f.path for f in given.files] + [m.source for m in given.models])
    needs = {model.source: _needs(model, given.details.get(model.source, {})) for model in given.models}
    ties = _ties(given, needs)
    available = {link.target for link in ties.links if link.kind == "defines" and link.state == "linked"}
    missing = {link.target for link in ties.links if link.kind == "defines" and link.state == "broken"}
    entries = _Entries(common)
    for file in given.files:
        entries.add_file(file, given.code_written)
    for artifact in given.models:
        entries.add_model(artifact, artifact.source in available and artifact.source not in missing)
    entries.add_ties(ties)
    files = [_file_unit(file, entries, given) for file in given.files]
    files += _files_of_links(files, entries, given)
    models = [_model_unit(model, entries, needs[model.source], given.details) for model in given.models]
    models = [_with_next_step(model, entries, ties) for model in models]
    whole = effort.tally([*(file.level for file in files), *(model.level for model in models)], entries.all)
    order = plan(files, models, entries.all, links=ties.links, outlines=given.outlines, pins=given.pins)
    statuses: defaultdict[str, int] = defaultdict(int)
    for model in models:
        statuses[model.status] += 1
    return Report(
        schema=SCHEMA_VERSION,
        tool=given.tool,
        created=given.created,
        root=given.root,
        verdict=verdict(whole, files, models, bool(given.unseen)),
        tally=whole,
        statuses=dict(sorted(statuses.items())),
        reasons=reasons(entries.all, models, {**BY_CODE, **given.rules}),
        findings=entries.all,
        packages=_packages(files, models, entries),
        files=files,
        models=models,
        links=sorted(ties.links, key=lambda x: (x.path, x.line, x.kind, x.target)),
        order=order,
        pins=given.pins,
        environment=given.environment,
        hours=hours(entries.all, models),
        unseen=sorted(given.unseen, key=lambda x: x.path),
    )


def _needs(model: Artifact, detail: Mapping[str, Any]) -> list[str]:
    found = detail.get("needs", detail.get("custom_objects"))
    more = [str(name) for name in found] if isinstance(found, list) else []
    return sorted({*model.custom_objects, *more})


def _ties(given: Inputs, needs: Mapping[str, list[str]]) -> Ties:
    if not given.outlines:
        return Ties()
    return tie(
        given.outlines,
        [
            Target(
                m.source,
                tuple(needs[m.source]),
                _signature_names(given.details.get(m.source, {})),
                m.status in effort.STOPPED,
            )
            for m in given.models
        ],
    )


def _signature_names(detail: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Names that callers can use, including those of the old artifact, because migration keeps them."""
    named = [side for side in details.signatures(detail).values() if isinstance(side, Mapping)]
    # A record of one endpoint (its inputs and outputs) names none; a mapping of endpoints names all.
    names = {str(name) for side in named if "inputs" not in side for name in side}
    return tuple(sorted(names)) if names else None


class _Entries:
    """All findings in one list, each with its id and its position under the path it belongs to."""

    def __init__(self, common: str) -> None:
        self.all: list[Entry] = []
        self.by_path: defaultdict[str, list[int]] = defaultdict(list)
        self._common = common
        self._seen: defaultdict[str, int] = defaultdict(int)

    def add_file(self, file: CodeFile, written: bool) -> None:
        """Findings of a source file."""
        for f in file.findings:
            self._add(
                Entry(
                    id=self._id(Origin.CODE, f.code, file.path, f.symbol, f.argument),
                    origin=Origin.CODE,
                    code=f.code,
                    severity=f.severity,
                    effort=effort.OF_FIX[f.fix],
                    path=file.path,
                    message=f.message,
                    package=self.package(file.path),
                    done=f.applied and written,
                    applied=f.applied,
                    hint=f.hint,
                    line=f.line,
                    column=f.column,
                    end_line=f.end_line,
                    end_column=f.end_column,
                    symbol=f.symbol,
                    argument=f.argument,
                )
            )

    def add_model(self, model: Artifact, class_at_hand: bool) -> None:
        """Findings of an artifact."""
        who = effort.of_model(model.status, class_at_hand)
        done = model.status in effort.DONE
        for f in model.findings:
            self._add(
                Entry(
                    id=self._id(Origin.MODEL, f.code, model.source, f.place or "", ""),
                    origin=Origin.MODEL,
                    code=f.code,
                    severity=f.severity,
                    effort=who,
                    path=model.source,
                    message=f.message,
                    package=self.package(model.source),
                    done=done,
                    applied=done,
                    hint=f.hint,
                    place=f.place or "",
                )
            )

    def add_ties(self, ties: Ties) -> None:
        """Findings of broken links."""
        for placed in ties.broken:
            f = placed.finding
            self._add(
                Entry(
                    id=self._id(Origin.LINK, f.code, placed.path, f.message, ""),
                    origin=Origin.LINK,
                    code=f.code,
                    severity=f.severity,
                    effort=Effort.ASSISTED if f.code == "LNK005" else Effort.MANUAL,
                    path=placed.path,
                    message=f.message,
                    package=self.package(placed.path),
                    hint=f.hint,
                    line=placed.line,
                )
            )

    def package(self, path: str) -> str:
        """Package under which a path is counted."""
        return package_of(path, self._common)

    def of(self, path: str) -> list[Entry]:
        """Findings of one path."""
        return [self.all[i] for i in self.by_path[path]]

    def _add(self, entry: Entry) -> None:
        self.by_path[entry.path].append(len(self.all))
        self.all.append(entry)

    def _id(self, *parts: str) -> str:
        """Sixteen digits that stay the same when lines move; equal findings get different digits."""
        key = "\0".join(parts)
        self._seen[key] += 1
        return hashlib.sha256(f"{key}\0{self._seen[key]}".encode()).hexdigest()[:16]


def _file_unit(file: CodeFile, entries: _Entries, given: Inputs) -> FileUnit:
    positions = entries.by_path[file.path]
    found = entries.of(file.path)
    lines = [entry.line for entry in found]
    return FileUnit(
        path=file.path,
        package=entries.package(file.path),
        level=effort.file_level(found, file.error or ""),
        changed=file.changed,
        error=file.error or "",
        entries=positions,
        hunks=hunks(file.diff or "", given.source(file.path) if any(lines) else "", lines),
    )


def _files_of_links(files: Iterable[FileUnit], entries: _Entries, given: Inputs) -> list[FileUnit]:
    """Units for files that only a link finding points at (a configuration, a source without Keras)."""
    known = {file.path for file in files} | {model.source for model in given.models}
    rest = sorted({entry.path for entry in entries.all} - known)
    return [_file_unit(CodeFile(path=path), entries, given) for path in rest]


def _model_unit(
    model: Artifact, entries: _Entries, needs: list[str], more: Mapping[str, Mapping[str, Any]]
) -> ModelUnit:
    detail = more.get(model.source, {})
    found = entries.of(model.source)
    return ModelUnit(
        path=model.source,
        package=entries.package(model.source),
        level=effort.model_level(found, model.status),
        status=model.status,
        format=model.format or "",
        sha256=model.sha256 or "",
        written_by={k: str(v) for k, v in (model.written_by or {}).items() if v},
        outputs={k: str(v) for k, v in (model.outputs or {}).items() if v},
        rules=model.rules,
        needs=needs,
        training=details.training(model.training, detail),
        untouched=details.untouched(model.untouched),
        seconds=model.seconds or 0.0,
        entries=entries.by_path[model.source],
        parity=details.parity(model.parity, detail),
        layers=details.layers(detail),
        graph=picture(detail),
        fired=details.fired(detail),
        signatures=details.signatures(detail),
    )


def _with_next_step(model: ModelUnit, entries: _Entries, ties: Ties) -> ModelUnit:
    open_ = [entry for entry in entries.of(model.path) if not entry.done]
    links = [link for link in ties.links if link.target == model.path]
    return msgspec.structs.replace(model, next=next_step(model, open_, links))


def _packages(files: list[FileUnit], models: list[ModelUnit], entries: _Entries) -> list[Package]:
    of_file: defaultdict[str, list[Level]] = defaultdict(list)
    of_model: defaultdict[str, list[Level]] = defaultdict(list)
    for file in files:
        of_file[file.package].append(file.level)
    for model in models:
        of_model[model.package].append(model.level)
    by_package: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries.all:
        by_package[entry.package].append(entry)
    found = []
    for name in sorted({*of_file, *of_model}):
        total = effort.tally([*of_file[name], *of_model[name]], by_package[name])
        found.append(
            Package(
                name=name,
                files=len(of_file[name]),
                models=len(of_model[name]),
                tally=total,
                level=total.level,
            )
        )
    return sorted(found, key=lambda p: (-p.tally.open, p.name))
