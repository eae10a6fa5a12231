"""What a user asks of the migration of a repository, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrate.pipeline.request import Options as ModelOptions
from migrate.repository.git import Commit
from migrate.repository.models import Migrated
from migrate.repository.records import State, WorldRun
from migrate.workorders.records import WorkOrders

BRANCH = "keras-migrate/keras-3"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for.

    Attributes:
        root: the repository.
        out: folder for all outputs, outside of the repository.
        options: of the migration of its models.
        test: the command that runs in both worlds; empty to run nothing.
        commit: make the branch.
        branch: its name.
        resume: go on with what is in ``out``.
        unsafe: also apply rules that are right in most cases only.
        network: let the user's command use the network.
        remove_old: take old artifacts away that nothing names any more.
        jobs: parallel jobs of the migration.
        seconds: of the user's command in one world.
        packages: what the user's command and classes need beside this installation.
        install: install what the repository's requirement files name and is not here.
        prove: run the repository's own definitions in both worlds.
    """

    root: Path
    out: Path
    options: ModelOptions = field(default_factory=ModelOptions)
    test: str = ""
    commit: bool = False
    branch: str = BRANCH
    resume: bool = False
    unsafe: bool = True
    network: bool = False
    remove_old: bool = False
    jobs: int = 0
    seconds: float = 1800.0
    packages: tuple[str, ...] = ()
    install: bool = False
    prove: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes:
        state: what the repository remembers.
        models: every artifact.
        runs: the user's command in both worlds.
        commits: what the branch consists of, in order.
        head: the last commit; empty where no branch was made.
        left_out: tracked files that are not in the copy, and why.
        orders: what is left in the source as tasks; None where there are none, and ``why_no_orders`` says why.
    """

    state: State
    models: list[Migrated]
    runs: list[WorldRun]
    commits: list[Commit]
    head: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    orders: WorkOrders | None = None
    why_no_orders: str = ""


def default_out(root: Path) -> Path:
    """The folder for outputs where none is named: beside the repository."""
    whole = root.resolve()
    return whole.parent / f"{whole.name or os.sep.strip('/') or 'root'}-keras3"
