"""Answers of workers that were taken over: nothing but what a worker wrote itself becomes an output."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from migrate.capsule.store import save_arrays
from migrate.pipeline.answers import arrays_in, saved_by, structure_of
from migrate.worlds.contracts.call import from_message
from migrate.worlds.contracts.modern import Save, Saved
from migrate.worlds.host.environment import World
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.worker import Worker


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    (tmp_path / "slot" / "modern").mkdir(parents=True)
    return Worker(World.MODERN, tmp_path / "slot" / "modern")


def answering(worker: Worker, answer: Saved) -> Worker:
    worker.ask = lambda call, timeout=None: answer  # type: ignore[method-assign, assignment]
    return worker


def test_what_was_asked_for_is_in_the_answer(worker: Worker) -> None:
    file = worker.scratch / "anything.keras"
    file.write_bytes(b"archive")
    with pytest.raises(ProtocolError):
        saved_by(answering(worker, Saved()), Save(keras=True))
    with pytest.raises(ProtocolError):
        saved_by(answering(worker, Saved(keras=str(file))), Save(keras=True, saved_model=True))


def test_a_forged_answer_of_save_moves_nothing(worker: Worker, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "key").write_text("secret")
    forged = (
        {"keras": str(private)},
        {"saved_model": str(private)},
        {"keras": str(private / "key")},
    )
    for reply in forged:
        with pytest.raises(ProtocolError):
            saved_by(
                answering(worker, from_message(reply, Saved)), Save("keras" in reply, "saved_model" in reply)
            )
    for reply in ({"migration.json": str(private / "key")}, {"keras": 3}):
        with pytest.raises(msgspec.ValidationError):
            from_message(reply, Saved)
    assert (private / "key").read_text() == "secret"
    assert private.stat().st_mode & 0o777 == 0o700


def test_an_honest_one_names_what_it_wrote(worker: Worker) -> None:
    file = worker.scratch / "anything.keras"
    file.write_bytes(b"archive")
    (taken,) = saved_by(answering(worker, Saved(keras=str(file))), Save(keras=True)).values()
    assert taken.name == "model.keras"
    assert taken.read_bytes() == b"archive"


def test_arrays_are_read_from_the_workers_own_file(worker: Worker, tmp_path: Path) -> None:
    save_arrays(worker.scratch / "a.safetensors", {"0/0": np.arange(3.0)})
    save_arrays(tmp_path / "others.safetensors", {"0/0": np.arange(4.0)})
    assert arrays_in(worker, str(worker.scratch / "a.safetensors"))["0/0"].shape == (3,)
    (worker.scratch / "link").symlink_to(tmp_path / "others.safetensors")
    (worker.scratch / "damaged").write_bytes(b"\xff" * 64)
    for path in (tmp_path / "others.safetensors", worker.scratch / "link", worker.scratch / "damaged"):
        with pytest.raises(ProtocolError):
            arrays_in(worker, str(path))


@pytest.mark.parametrize("text", ["{}", "[" * 100_000, '{"class_name": 1}', "no json", '"text"'])
def test_records_that_are_none_are_the_workers_fault(worker: Worker, text: str) -> None:
    (worker.scratch / "legacy.json").write_text(text)
    with pytest.raises(ProtocolError):
        structure_of(worker, "legacy")
