"""One release of Keras 3 as a warm, sandboxed worker that loads archives and runs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.sandbox import policy
from migrate.worlds.host.worker import SERVE, Worker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrate.readers.environments import Environment

HANDLERS = SERVE.parent.parent / "stock" / "any_backend.py"


def reader_worker(
    environment: Environment,
    scratch: Path,
    read: Iterable[Path],
    limits: Limits | None = None,
    *,
    sandboxed: bool = True,
) -> Worker:
    """A worker with the Keras of an environment and nothing of this project.

    Args:
        environment: which Keras, on which backend.
        scratch: the only folder that it may write.
        read: folders with what it will load.
        limits: what it may use.
        sandboxed: False runs it without protection; for debugging.
    """
    chosen = limits or Limits()
    other = None if environment.python == Path(sys.executable) else environment.python
    rules = policy(scratch, chosen, [*read, *environment.folders], python=other)
    return Worker(
        World.STOCK,
        scratch,
        chosen,
        handlers=HANDLERS,
        policy=rules if sandboxed else None,
        python=environment.python,
        extra=environment.variables,
    )
