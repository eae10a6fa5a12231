"""Reasons: codes for what is refused or noted outside the rules, with their meaning and what to do.

A rule changes something; a reason says why something was not done. Both use the same record, so that
``keras-migrate explain`` and the pages of the docs know every code that can appear in a report.
"""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons import (
    configuration,
    containers,
    dialects,
    ecosystem,
    export,
    orders,
    parity,
    readers,
    run,
    training,
    weights,
)

_FAMILIES = (
    configuration,
    dialects,
    ecosystem,
    containers,
    weights,
    export,
    parity,
    training,
    readers,
    run,
    orders,
)
REASONS: tuple[Rule, ...] = tuple(reason for family in _FAMILIES for reason in family.REASONS)
