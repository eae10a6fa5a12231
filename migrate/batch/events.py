"""What a batch tells while it runs, and the outcome of one attempt."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from migrate.results import ArtifactResult


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: ``plan`` (counts), ``start``, ``done``, ``retry`` (an artifact), ``warning``, ``stop``, ``end``.
        source: the artifact, where there is one.
        data: JSON values; ``done`` has ``status``, ``seconds``, ``codes``.
        time: seconds since the epoch.
    """

    kind: str
    source: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    time: float = field(default_factory=time.time)

    @property
    def id(self) -> str:
        """The same short name for an artifact in every line of every log."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:10] if self.source else ""

    def as_json(self) -> dict[str, Any]:
        """One line of a log."""
        named = {"id": self.id, "source": self.source} if self.source else {}
        return {"time": round(self.time, 3), "event": self.kind, **named, **self.data}


Listener = "Callable[[Event], None]"


@dataclass(frozen=True, slots=True)
class Task:
    """One artifact to migrate, as an executor is given it.

    Attributes:
        source: its name in reports.
        path: absolute and local.
        companions: files that go with it: further parts, architecture, recorded inputs and outputs.
        folder: where its outputs go, relative to ``out``.
        out: root of the outputs.
        size: bytes.
        sha256: of the source as planned; another one at the time of migration means that it changed.
        made_for: what its outputs are recognised by, ``key`` and ``ruleset``.
        force: replace outputs that exist; also set when they are an earlier attempt's.
        memory: bytes that it is expected to need.
        seconds: that it is expected to take.
        url, companion_urls: where it is fetched from; empty for local files.
        out_url: where its outputs are uploaded to; empty when they stay in ``out``.
    """

    source: str
    path: Path
    companions: tuple[Path, ...]
    folder: str
    out: Path
    size: int
    sha256: str
    made_for: Mapping[str, str]
    force: bool
    memory: int
    seconds: float
    url: str = ""
    companion_urls: tuple[str, ...] = ()
    out_url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: with a result, or broken with a cause that may be tried again.

    Attributes:
        result: the row of the report, None when broken.
        code, message, hint: why it broke.
        cause: short: ``SIGSEGV``, ``timeout``, ``memory``, ``protocol``, ``changed``, ``node``.
        phases: seconds by step.
        peak_bytes: of the workers together.
        protections: of the sandbox, as in force.
        classes: of the layers that rules were shown; None when not known.
        files: SHA-256 of each file that was published, by its path in the artifact's folder.
    """

    result: ArtifactResult | None = None
    code: str = ""
    message: str = ""
    hint: str = ""
    cause: str = ""
    phases: dict[str, float] = field(default_factory=dict)
    peak_bytes: int = 0
    protections: tuple[str, ...] = ()
    classes: tuple[str, ...] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
