"""The JSON contract of ``work-orders.json``, and of what an acceptance answers."""

from __future__ import annotations

from enum import StrEnum

import msgspec

SCHEMA = 1


class Check(StrEnum):
    """What decides whether an order is done."""

    DEFINITION = "definition"
    """The differential proof of the definition, and of all that reach it."""
    PERSON = "person"
    """Nothing that a machine can run covers the place: an acceptance says ``undecided``."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, or one failed proof, that an order is about; lines of the file as the order found it."""

    code: str
    severity: str
    line: int
    end_line: int
    symbol: str
    message: str
    hint: str = ""


class Hours(msgspec.Struct, frozen=True):
    """An estimate of a person's time, as a range."""

    low: float
    high: float


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One closed task.

    ``definition`` is the top-level class or function that it lies in, empty for code of a module itself. ``after`` are
    orders that have to be done before: this one's definition uses theirs. ``why`` and ``suggestion`` are those of the
    rules; ``context`` is the source around the lines. ``accept`` is the command that decides.
    """

    id: str
    title: str
    file: str
    line: int
    end_line: int
    definition: str
    troubles: tuple[Trouble, ...]
    why: str
    suggestion: str
    context: str
    check: Check
    accept: str
    hours: Hours
    after: tuple[str, ...] = ()
    done: bool = False


class WorkOrders(msgspec.Struct, frozen=True, kw_only=True):
    """All orders of a repository, in the order of work.

    ``files`` are digests (SHA-256) of every Python file as of the last accepted state, ``before`` of those that are
    kept as they were written for Keras 2. ``seal`` is made of all that by the key of this user: a record that
    somebody else changed is none.
    """

    schema: int
    orders: tuple[WorkOrder, ...]
    hours: Hours
    files: dict[str, str]
    before: dict[str, str]
    seal: str = ""


class Outcome(StrEnum):
    """What an acceptance came to; nothing but ``accepted`` is a yes."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


class Checked(msgspec.Struct, frozen=True):
    """One check of an acceptance."""

    name: str
    outcome: Outcome
    message: str


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "is this order done": the worst of its checks."""

    order: str
    outcome: Outcome
    checks: tuple[Checked, ...]

    @property
    def reason(self) -> str:
        """Why it was not accepted; empty when it was."""
        return "; ".join(f"{c.name}: {c.message}" for c in self.checks if c.outcome is not Outcome.ACCEPTED)
