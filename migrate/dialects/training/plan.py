"""What becomes of a model's training: the words in which the translation answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from migrate.capsule.model import Array
from migrate.dialects.rule import Fired


class State(StrEnum):
    """What became of one part."""

    KEPT = "kept"
    """The same thing, at most spelled differently."""
    MAPPED = "mapped"
    """Expressed by other means; the note says how, and whether it is exact."""
    LOST = "lost"
    """Not carried over; the note says why."""
    ABSENT = "absent"
    """The file has none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """State of one part, with how or why."""

    state: State
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A training configuration in the words of Keras 3, and the optimizer's state by variable.

    Attributes:
        compile: JSON: ``optimizer``, ``loss``, ``loss_weights``, ``metrics``, ``weighted_metrics``. Objects are
            ``{"class_name", "config"}``, functions of the user ``{"custom": name}``. Per-output values stand in
            lists in the order of the outputs. None when the file was not compiled.
        iterations: steps taken; None when the file does not tell.
        slots: slot (``momentum``, ``velocity`` …) to path of variable (``encoder/dense/kernel``) to array, in
            the layout of the migrated weights.
        extras: single numbers of the optimizer's state (``u_product`` of Nadam).
        optimizer, slot_state, loss, metrics: what became of each.
        fired: rules that changed something.
    """

    compile: Mapping[str, Any] | None = None
    iterations: int | None = None
    slots: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)
    extras: Mapping[str, float] = field(default_factory=dict)
    optimizer: Outcome = Outcome(State.ABSENT)
    slot_state: Outcome = Outcome(State.ABSENT)
    loss: Outcome = Outcome(State.ABSENT)
    metrics: Outcome = Outcome(State.ABSENT)
    fired: tuple[Fired, ...] = ()

    def states(self) -> dict[str, dict[str, str]]:
        """The record for ``migration.json``: part to state and note."""
        parts = {
            "optimizer": self.optimizer,
            "slots": self.slot_state,
            "loss": self.loss,
            "metrics": self.metrics,
        }
        return {name: {"state": part.state.value, "note": part.note} for name, part in parts.items()}


@dataclass(slots=True)
class Remarks:
    """Collects, while one part is translated, what was done to it."""

    fired: list[Fired] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: str | None = None

    def apply(self, code: str, place: str, before: Any, after: Any, note: str = "") -> None:
        """A rule changed something; a note means that it did more than respell it."""
        self.fired.append(Fired(code, place, before, after))
        if note and note not in self.notes:
            self.notes.append(note)

    def outcome(self) -> Outcome:
        """What became of the part."""
        if self.lost is not None:
            return Outcome(State.LOST, self.lost)
        return Outcome(State.MAPPED, "; ".join(self.notes)) if self.notes else Outcome(State.KEPT)
