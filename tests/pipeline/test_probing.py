"""A probe that ends a process costs an answer, and the process that follows holds the model again."""

from __future__ import annotations

import pytest

from migrate.findings import MigrationError
from migrate.pipeline.probing import Loaders, Unanswered
from migrate.worlds.host.ends import WorkerDied, WorkerMemory, WorkerTimeout, WorldError
from migrate.worlds.host.environment import World
from migrate.worlds.host.protocol import RemoteError

ENDED = {
    "died": WorkerDied(World.LEGACY, -9, ""),
    "grew": WorkerMemory(World.MODERN, 2 << 30, 1 << 30),
    "hung": WorkerTimeout(World.MODERN, "predict", 600.0),
}


def _raises(error: MigrationError) -> str:
    raise error


@pytest.mark.parametrize(("how", "loaded"), [("died", "legacy"), ("grew", "modern"), ("hung", "modern")])
def test_the_world_that_ended_gets_its_model_again(how: str, loaded: str) -> None:
    again: list[str] = []
    loaders = Loaders(lambda: again.append("legacy"), lambda: again.append("modern"))
    with pytest.raises(Unanswered) as caught:
        loaders.asked(lambda: _raises(ENDED[how]))
    assert again == [loaded]
    assert caught.value.ended


def test_a_world_that_refuses_lives_on() -> None:
    again: list[str] = []
    loaders = Loaders(lambda: again.append("legacy"), lambda: again.append("modern"))
    refusal = WorldError(World.MODERN, RemoteError("ValueError", "no\n  such shape", "", "", "", ""))
    with pytest.raises(Unanswered, match="no such shape") as caught:
        loaders.asked(lambda: _raises(refusal))
    assert again == []
    assert not caught.value.ended


def test_other_refusals_are_not_taken_for_an_answer() -> None:
    loaders = Loaders(lambda: None, lambda: None)
    with pytest.raises(MigrationError, match="differs"):
        loaders.asked(lambda: _raises(MigrationError("PAR001", "it differs")))
    assert loaders.asked(lambda: 3) == 3
