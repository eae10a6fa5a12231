"""Finished runs of ``keras-migrate models``: the outcome of each artifact, and what the run wrote."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from migrate.findings import MigrationError
from migrate.printable import printable
from migrate.report.compatibility.claims import told_by_a_look, unproven
from migrate.report.compatibility.contracts import Artifact, read_detail, read_models
from migrate.report.compatibility.records import Unseen
from migrate.results import RECORD


class Runs:
    """Results by artifact, under the names that the artifacts have in the tree; a later run takes precedence."""

    def __init__(self, root: Path | None, artifacts: Sequence[str]) -> None:
        self.models: dict[str, Artifact] = {}
        self.details: dict[str, Mapping[str, Any]] = {}
        self.unseen: list[Unseen] = []
        self._root = root.resolve() if root else None
        self._known = frozenset(artifacts)
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        self._written: set[str] = set()
        for name in artifacts:
            self._by_name[posixpath.basename(name)].append(name)

    def add(self, path: Path, data: bytes, *, given: bool = True) -> None:
        """Add a ``report.json`` and the ``migration.json`` beside each of its outputs.

        Args:
            path: of the file.
            data: its content.
            given: it was named by the user; one that was found in the tree is trusted only as far as it is verified.

        Raises:
            MigrationError: ``REP001`` if it is not a ``report.json``.
        """
        folder = path.parent.resolve()
        for artifact in read_models(data, path.name).artifacts:
            source = self._name(artifact.source)
            if not given and told_by_a_look(artifact):
                continue
            if not given and self._root is not None:
                why = unproven(artifact, self._root / source, folder)
                if why:
                    claim = f"{path.name} says {artifact.status}, which does not count: {why}"
                    self.unseen.append(Unseen(path=printable(source), reason=claim))
                    continue
            self.models[source] = msgspec.structs.replace(artifact, source=source)
            outputs = [str(output) for output in (artifact.outputs or {}).values() if output]
            for place in {posixpath.dirname(output) for output in outputs}:
                self._written.add(self._inside(folder / place))
            if outputs and (detail := self._detail(folder, posixpath.dirname(outputs[0]))):
                self.details[source] = detail

    def wrote(self, path: str) -> bool:
        """Whether a path of the tree is a result of a run, not something to migrate."""
        parts = path.split("/")
        return any("/".join(parts[:end]) in self._written for end in range(1, len(parts) + 1))

    def _name(self, source: str) -> str:
        """A run may have been started on a folder below the root: the one artifact whose path ends like the source."""
        if source in self._known:
            return source
        ends = [name for name in self._by_name[posixpath.basename(source)] if name.endswith(f"/{source}")]
        return ends[0] if len(ends) == 1 else source

    def _inside(self, folder: Path) -> str:
        if self._root is None or not folder.is_relative_to(self._root):
            return "/"  # outside: no path of the tree is below it
        return folder.relative_to(self._root).as_posix()

    def _detail(self, folder: Path, place: str) -> Mapping[str, Any] | None:
        name = posixpath.join(place, RECORD)
        try:
            return read_detail((folder / name).read_bytes(), name)
        except FileNotFoundError:
            return None
        except (OSError, MigrationError) as error:
            self.unseen.append(Unseen(path=name, reason=str(error)))
            return None
