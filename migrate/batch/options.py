"""How a batch runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from migrate.batch.job import PIPELINE
from migrate.batch.ruleset import RuleSet, ruleset
from migrate.pipeline.request import Options
from migrate.worlds.host.environment import Limits


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch runs; what each artifact becomes is in ``options``.

    Attributes:
        options: of every artifact.
        jobs: side by side; 0 for one a core.
        timeout: seconds of wall clock for one call of a worker.
        memory_bytes: resident memory of one worker.
        retry: statuses that are tried again although nothing changed, such as ``failed``.
        scratch: where workers write before outputs are published.
        sandboxed: False runs the workers without protection; for debugging.
        require_sandbox: start no job where the sandbox cannot keep all promises, whatever machine that is.
        pipeline: the function that migrates one artifact.
        ruleset: the rules that results are kept for; those of this code unless given.
    """

    options: Options = field(default_factory=Options)
    jobs: int = 0
    timeout: float = 600.0
    memory_bytes: int = 8 << 30
    retry: frozenset[str] = frozenset()
    scratch: Path | None = None
    sandboxed: bool = True
    require_sandbox: bool = False
    pipeline: str = PIPELINE
    ruleset: RuleSet | None = None

    @property
    def rules(self) -> RuleSet:
        """The rules that results are kept for."""
        return self.ruleset or ruleset()

    @property
    def limits(self) -> Limits:
        """The limits of each worker."""
        return Limits(call_seconds=self.timeout, memory_bytes=self.memory_bytes)
