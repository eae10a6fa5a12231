"""The engines that look at a tree: source rules and the inspection of artifacts. Nothing is written or run."""

from __future__ import annotations

from migrate.report.compatibility.gather import Looks


def looks() -> Looks:
    """Both engines; they are imported when they are used."""
    return Looks()
