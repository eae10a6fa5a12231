"""What the classes of a repository leave behind while its weights are written anew is not followed, nor believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from migrate.repository import weights
from migrate.repository.environments import Environment
from migrate.repository.models import Migrated
from migrate.repository.records import ModelState
from migrate.repository.weights import with_weights
from migrate.worlds.host.command import Ended, answers_in
from migrate.worlds.host.protocol import ProtocolError


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Migrated]]:
    """Write the weights of one model anew, by a process that does as it is told."""
    for name in ("tree", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "tree" / "w.h5").write_bytes(b"old")
    (tmp_path / "model.keras").write_bytes(b"model")
    state = ModelState(path="w.h5", sha256="", status="migrated", weights_only=True)

    def run(leave: Callable[[Path], object], said: str) -> list[Migrated]:
        def command(words: Sequence[str], *more: Any, **named: Any) -> Ended:
            leave(Path(json.loads(words[-1])[0]["out"]))
            return Ended(0, f"noise\n{said}\n", 0.1)

        monkeypatch.setattr(weights, "run_command", command)
        environment = Environment(Path("python"))
        return with_weights(
            tmp_path / "tree", tmp_path / "out", [Migrated(state, tmp_path / "model.keras")], environment
        )

    return run


def test_what_was_written_is_taken(ask: Callable[..., list[Migrated]], tmp_path: Path) -> None:
    (model,) = ask(lambda path: path.write_bytes(b"new"), '[["written", ""]]')
    assert model.weights is not None
    assert model.weights.read_bytes() == b"new"
    assert model.weights.is_relative_to(tmp_path / "out")


def test_a_link_in_its_place_is_not_followed(ask: Callable[..., list[Migrated]], tmp_path: Path) -> None:
    (tmp_path / "private").write_text("secret")
    with pytest.raises(ProtocolError, match="cannot be taken"):
        ask(lambda path: path.symlink_to(tmp_path / "private"), '[["written", ""]]')
    assert not list((tmp_path / "out").iterdir())


SAID = [
    "",
    "[[",
    '[["written"]]',
    "[[1, 2]]",
    '[["written", ""], ["written", ""]]',
    f"{'[' * 5000}{']' * 5000}",
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: said[:18])
def test_an_answer_that_is_none_writes_nothing(
    said: str, ask: Callable[..., list[Migrated]], tmp_path: Path
) -> None:
    (model,) = ask(lambda path: path.write_bytes(b"new"), said)
    assert model.weights is None
    assert not list((tmp_path / "out").iterdir())


def test_the_last_answer_counts_and_none_of_a_process_that_broke() -> None:
    output = '[["first", ""]]\n[["last", "x"]]\nbye'
    assert answers_in(Ended(0, output, 0.1), tuple[str, str], 1) == [("last", "x")]
    assert answers_in(Ended(1, output, 0.1), tuple[str, str], 1) is None
    assert answers_in(Ended(None, output, 0.1), tuple[str, bool], 1) is None
