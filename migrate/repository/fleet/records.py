"""The record of one member of a fleet."""

from __future__ import annotations

from msgspec import Struct

from migrate.repository.records import State
from migrate.workorders.records import WorkOrders

SCHEMA_VERSION = 1
FINISHED = frozenset({0, 1})
"""Exit statuses of a repository that came to its end."""


class MemberResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one repository.

    ``status`` is the exit status of its command; ``state`` and ``orders`` are missing where it made none, and ``error``
    says why. ``key`` is that of `migrate.repository.fleet.members.key_of`.
    """

    schema: int
    name: str
    path: str
    options: list[str]
    key: str
    status: int
    seconds: float
    error: str = ""
    state: State | None = None
    orders: WorkOrders | None = None
