"""Run a probe that may crash a world's process, and continue: a probe never costs the artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.host.ends import ENDED, WorldError
from migrate.worlds.host.environment import World

Answer = TypeVar("Answer")


def shortened(error: MigrationError) -> str:
    """A world's error, in one line short enough for a finding."""
    return one_line(error.message, 200)


class Unanswered(Exception):  # noqa: N818 - named for the event, like those of workers
    """A world gave no answer to a probe.

    Attributes:
        world: whose process refused or ended.
        ended: whether the process was replaced by another one, which holds the model again and has lost the rest.
    """

    def __init__(self, error: MigrationError, world: World, *, ended: bool) -> None:
        super().__init__(shortened(error))
        self.world = world
        self.ended = ended


@dataclass(frozen=True, slots=True)
class Loaders:
    """How to reload the model of each world into a new process."""

    legacy: Callable[[], object]
    modern: Callable[[], object]

    def asked(self, ask: Callable[[], Answer]) -> Answer:
        """The answers of the worlds.

        Raises:
            Unanswered: one refused, or its process ended; then it holds the model again.
            MigrationError: the model cannot be loaded again.
        """
        try:
            return ask()
        except WorldError as error:
            raise Unanswered(error, error.world, ended=False) from error
        except ENDED as error:
            (self.legacy if error.world is World.LEGACY else self.modern)()
            raise Unanswered(error, error.world, ended=True) from error
