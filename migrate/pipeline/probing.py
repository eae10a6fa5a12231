"""Ask a world something that may end its process, and go on: a probe never costs the artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.ends import ENDED, WorldError
from migrate.worlds.environment import World

Answer = TypeVar("Answer")


def shortened(error: MigrationError) -> str:
    """What a world said, in one line that is not too long for a finding."""
    return one_line(error.message, 200)


class Unanswered(Exception):  # noqa: N818 - named for the event, like those of workers
    """A world gave no answer to a probe.

    Attributes:
        world: whose process refused or ended.
        ended: whether the process is another one now, which holds the model again and has forgotten the rest.
    """

    def __init__(self, error: MigrationError, world: World, *, ended: bool) -> None:
        super().__init__(shortened(error))
        self.world = world
        self.ended = ended


@dataclass(frozen=True, slots=True)
class Loaders:
    """How each world gets the model once more that its process held."""

    legacy: Callable[[], object]
    modern: Callable[[], object]

    def asked(self, ask: Callable[[], Answer]) -> Answer:
        """What the worlds answer.

        Raises:
            Unanswered: one refused, or its process ended; then it holds the model again.
            MigrationError: it cannot be loaded again.
        """
        try:
            return ask()
        except WorldError as error:
            raise Unanswered(error, error.world, ended=False) from error
        except ENDED as error:
            (self.legacy if error.world is World.LEGACY else self.modern)()
            raise Unanswered(error, error.world, ended=True) from error
