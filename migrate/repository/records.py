"""The records of a migrated repository: what was changed, what the tests gave, and what is left.

``.keras-migrate/state.json`` holds a `State`. It says nothing of times and machines, so that a second run that finds
nothing new writes the same bytes. Paths are POSIX and relative to the repository.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    """What became of one test, worst first."""

    BROKEN = "broken"
    """Passed in the legacy world, fails in Keras 3."""
    FAILS = "fails in both"
    NOT_RUN = "not compared"
    """Skipped, or collected in one world only."""
    REPAIRED = "repaired"
    """Failed in the legacy world, passes in Keras 3."""
    PASSES = "passes in both"


class CaseResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test in one world; ``outcome`` is ``passed``, ``failed``, ``error`` or ``skipped``.

    ``place`` is ``file:line`` of where it failed, ``message`` the last line of the error.
    """

    name: str
    outcome: str
    seconds: float = 0.0
    message: str = ""
    place: str = ""


class WorldRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The user's command in one world; ``status`` is None where it ran out of time."""

    world: str
    command: str
    status: int | None
    seconds: float
    tests: list[CaseResult]
    output: str = ""
    protections: list[str] = []


class CaseVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test in both worlds; an empty outcome is of a test that was not collected there."""

    name: str
    verdict: Verdict
    before: str = ""
    after: str = ""
    message: str = ""
    place: str = ""


class ModelState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One artifact, with what a later run has to know of it.

    Attributes:
        new: the file that replaces it, with its digest, where it was migrated.
        own_code: where the code stands that the new file needs beside Keras; ``why_code`` why the repository's own
            definitions do not serve.
        defined_in: source files whose import is enough to load the new file, where that was proven.
        uncompiled: it then loads without its training configuration only.
        weights_only: the old file holds no architecture.
        weights: of such a file, the one that Keras 3 loads in its place into a model that the source builds, with its
            digest; ``weights_as_they_are`` where Keras 3 was seen to load the old one with the same values.
        reasons: codes of what stopped its migration, or leaves it unverified.
    """

    path: str
    sha256: str
    status: str
    new: str = ""
    new_sha256: str = ""
    evidence: str = ""
    max_rel: float | None = None
    own_code: str = ""
    why_code: str = ""
    defined_in: list[str] = []
    uncompiled: bool = False
    weights_only: bool = False
    weights: str = ""
    weights_sha256: str = ""
    weights_as_they_are: bool = False
    reasons: list[str] = []


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule's work in the repository, one commit of the branch."""

    code: str
    title: str
    count: int
    files: list[str]
    proof: str = ""


class Left(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is left for a person; ``id`` stays the same when lines move."""

    id: str
    code: str
    path: str
    message: str
    severity: str
    line: int = 0
    hint: str = ""


class Proofs(Struct, frozen=True, kw_only=True):
    """The repository's own definitions, run in both worlds.

    ``equal``, ``differs``, ``broken`` and ``unproven`` count definitions; ``left_out`` those that no proof by itself is
    about; ``covered`` is the share of their code that ran in proofs that ended equal, in hundredths.
    """

    equal: int
    differs: int
    broken: int
    unproven: int
    left_out: int
    covered: float


class State(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``.keras-migrate/state.json``."""

    schema: int
    tool: str
    models: list[ModelState]
    changes: list[Change]
    left: list[Left]
    command: str = ""
    tests: list[CaseVerdict] = []
    proofs: Proofs | None = None
