"""Finds the artifacts of a batch, local and in stores, with the key of each."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrate.batch import resources
from migrate.batch.keys import Hasher, key_of, keys_of, options_digest
from migrate.batch.remote import RemoteArtifact, discover_remote
from migrate.batch.scanner import Reader
from migrate.batch.store import is_url, local_path
from migrate.discovery import Candidate, Source, discover, expand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from migrate.batch.ledger import Ledger
    from migrate.pipeline.request import Options


@dataclass(frozen=True, slots=True)
class BatchInputs:
    """All artifacts of a batch.

    Attributes:
        candidates: in the order of their names, which are unique.
        remote: those in stores, by name.
        roots: folders that hold the local ones, and what goes with them.
    """

    candidates: tuple[Candidate, ...]
    remote: dict[str, RemoteArtifact]
    roots: tuple[Path, ...] = ()

    def keys(self, ledger: Ledger, options: Options) -> dict[str, tuple[str, str]]:
        """Source to key and SHA-256; what lies in a store has the store's own token and no SHA-256 yet.

        Raises:
            MigrationError: FMT021 when a file that the options name cannot be read.
        """
        local = [one for one in self.candidates if one.source not in self.remote]
        keys = keys_of(local, Hasher(ledger, resources.cores()), options)
        chosen = options_digest(options)
        for source, artifact in self.remote.items():
            keys[source] = (key_of([artifact.url, artifact.token], chosen), "")
        return keys


def find(sources: Sequence[str]) -> BatchInputs:
    """Everything that the sources hold.

    Raises:
        MigrationError: RUN013 for a source that does not exist, RUN018 for a store that cannot be read.
    """
    local = expand([local_path(source) for source in sources if not is_url(source)])
    candidates: list[Candidate] = []
    if local:
        with Reader(_readable(local)) as reader:
            candidates = discover(local, reader)
    beside = [
        path.parent for one in candidates for path in one.companions
    ]  # of a SavedModel that was named itself
    used = {one.source for one in candidates}
    remote: dict[str, RemoteArtifact] = {}
    for url in (source for source in sources if is_url(source)):
        for artifact in discover_remote(url):
            name = artifact.candidate.source
            if name in used:
                name = posixpath.join(url.rstrip("/").rpartition("/")[2], name)
            number, free = 2, name
            while free in used:
                free, number = f"{name}~{number}", number + 1
            used.add(free)
            remote[free] = replace(artifact, candidate=replace(artifact.candidate, source=free))
            candidates.append(remote[free].candidate)
    readable = dict.fromkeys((*_readable(local), *beside))
    return BatchInputs(tuple(sorted(candidates, key=lambda one: one.source)), remote, tuple(readable))


def _readable(local: Sequence[Source]) -> list[Path]:
    """Folders of the sources; of a link that was named itself, also the one that it leads to."""
    named = [path.resolve().parent for source in local if source.explicit for path in source.paths]
    return list(dict.fromkeys([*(source.root for source in local), *named]))
