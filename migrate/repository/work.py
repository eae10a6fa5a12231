"""Changes of the tree, and the commits that they become."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from migrate.findings import Rule
from migrate.repository import messages
from migrate.repository.git import Commit
from migrate.repository.joins.join import Joins
from migrate.repository.models import Migrated
from migrate.repository.records import Change, State
from migrate.repository.snapshot import Snapshot, write_inside
from migrate.repository.state import STATE, encode


class Work:
    """What is done to the copy of a repository.

    Attributes:
        changes: one for each rule.
        commits: in order.
    """

    def __init__(self, snapshot: Snapshot, after: Path) -> None:
        self._snapshot, self._after = snapshot, after
        self.changes: list[Change] = []
        self.commits: list[Commit] = []

    def rule(self, rule: Rule, files: Mapping[str, bytes], count: int) -> None:
        """The work of one rule."""
        if not files:
            return
        self._write(files)
        names = sorted(files)
        proof = messages.proof_of(rule)
        self.changes.append(Change(code=rule.code, title=rule.summary, count=count, files=names, proof=proof))
        self._commit(messages.of_rule(rule, count, names), files)

    def models(self, models: list[Migrated]) -> None:
        """Place the migrated files beside the old ones; those of artifacts that git does not hold are not committed."""
        placed = [model for model in models if model.file is not None]
        files: dict[str, bytes] = {}
        for model in placed:
            assert model.file is not None
            new = {model.state.new: model.file.read_bytes()}
            if model.weights is not None:
                new[model.state.weights] = model.weights.read_bytes()
            self._write(new)
            if model.state.path not in self._snapshot.untracked:
                files |= new
        if files:
            self._commit(messages.of_models([m for m in placed if m.state.new in files]), files)

    def code(self, models: list[Migrated]) -> None:
        """Place the code that migrated files need and that the repository's own source does not give them."""
        files = {m.state.own_code: m.code.read_bytes() for m in models if m.code is not None}
        self._write(files)
        tracked = {m.state.own_code for m in models if m.state.path not in self._snapshot.untracked}
        kept = {path: data for path, data in files.items() if path in tracked}
        if kept:
            self._commit(messages.of_code(sorted(kept)), kept)

    def remove(self, paths: list[str], joins: Joins) -> None:
        """Take old artifacts away, except for those that something still names."""
        gone = [path for path in paths if path not in joins.named and path not in self._snapshot.untracked]
        files: dict[str, bytes | None] = {}
        for path in gone:
            place = self._after / path
            parts = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
            files |= {part.relative_to(self._after).as_posix(): None for part in parts}
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        if files:
            self._commit(messages.of_removal(gone), files)

    def write_state(self, state: State) -> None:
        """Keep the state in the tree; one that says the same changes nothing."""
        data = encode(state)
        place = self._after / STATE
        if place.is_file() and place.read_bytes() == data:
            return
        self._write({STATE: data})
        self._commit(
            "Remember the state of the migration\n\nThe next run and its --check read it.\n",
            {STATE: data},
        )

    def _write(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            write_inside(self._after, path, data)

    def _commit(self, message: str, files: Mapping[str, bytes | None]) -> None:
        self.commits.append(Commit(message, dict(files)))
