"""The scales of the compatibility report: who does the work, how ready something is, and which engine found it."""

from __future__ import annotations

from enum import StrEnum


class Effort(StrEnum):
    """Who does the work of a finding, cheapest first."""

    AUTOMATIC = "automatic"
    """The tool does it."""
    ASSISTED = "assisted"
    """The tool does it after a user has decided or supplied something that is known."""
    MANUAL = "manual"
    """A developer does it; the hint says how."""

    @property
    def rank(self) -> int:
        """Position in the order of cost: 0 is the cheapest."""
        return list(Effort).index(self)


class Level(StrEnum):
    """How ready a file, model, package or repository is, best first."""

    READY = "ready"
    AUTOMATIC = "automatic"
    ASSISTED = "assisted"
    MANUAL = "manual"
    BLOCKED = "blocked"

    @property
    def rank(self) -> int:
        """Position in the order of readiness: 0 is done."""
        return list(Level).index(self)


class Origin(StrEnum):
    """Which engine found it."""

    CODE = "code"
    MODEL = "model"
    LINK = "link"
