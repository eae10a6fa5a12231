"""What a runtime of a deployment format is to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from migrate.capsule.model import Array

Runtime: TypeAlias = Callable[[Sequence[Array]], Sequence[Array]]
"""A written model as its own runtime runs it: arrays in the order of the inputs to outputs."""
