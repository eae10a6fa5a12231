"""No room: a full disk stops the run, a worker that starved voids what was concluded of its artifact.

A model that filled the disk itself is refused for its own sake.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from migrate.batch.events import Outcome
from migrate.batch.runner import _full_disk
from migrate.capsule.ends import Ends, Signature, TensorSpec
from migrate.findings import MigrationError
from migrate.formats.identify import identify
from migrate.parity.input_specs import described_input
from migrate.pipeline import migrate as pipeline
from migrate.pipeline.coverage import measure, measure_signatures
from migrate.pipeline.domain import compare_unbounded
from migrate.pipeline.probing import Loaders
from migrate.pipeline.progress import Progress, ReferenceRun, Written
from migrate.pipeline.proof import Comparator, profile_layers
from migrate.pipeline.reference import Reference
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.staging import Staged
from migrate.pipeline.untouched import load_untouched
from migrate.results import ArtifactResult
from migrate.worlds.host import scratch
from migrate.worlds.host.ends import ENDED, WorkerStarved
from migrate.worlds.host.environment import World
from migrate.worlds.host.pool import Pool, Slot
from tests.conftest import ROOT

X = TensorSpec("x", (None, 3), "float32")


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def _free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda path: Usage(1 << 30, 0, free))


def _refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> ArtifactResult:
    def refuse(*arguments: Any) -> ArtifactResult:
        raise MigrationError(code, "OSError: it was not written")

    monkeypatch.setattr(pipeline, "_migrate", refuse)
    slot = Slot(0, tmp_path, {})
    request = ArtifactRequest(tmp_path / "a.h5", "a.h5", tmp_path / "out", "a")
    return pipeline.migrate_artifact(request, Options(), slot)


@pytest.mark.parametrize("code", ["RUN005", "FMT021"])
def test_a_full_disk_is_asked_and_stops_the_run(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    _free(monkeypatch, 0)
    result = _refused(monkeypatch, tmp_path, code)
    assert [f.code for f in result.findings] == ["RUN011"]
    assert os.strerror(errno.ENOSPC) in _full_disk(Outcome(result), tmp_path / "out")


@pytest.mark.parametrize(("code", "free"), [("RUN005", scratch.ROOM), ("PAR001", 0)])
def test_other_failures_stay_what_they_are(
    code: str, free: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    _free(monkeypatch, free)
    result = _refused(monkeypatch, tmp_path, code)
    assert [f.code for f in result.findings] == [code]
    assert _full_disk(Outcome(result), tmp_path / "out") == ""


def test_what_an_artifact_wrote_itself_counts_as_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _free(monkeypatch, 0)
    assert scratch.shortage(tmp_path) is not None
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "arrays").write_bytes(os.urandom(scratch.ROOM))
    assert scratch.shortage(tmp_path) is None
    shutil.rmtree(tmp_path / "own")


KILLED = """
import collections, os, signal
class Handlers(collections.abc.Mapping):
    def __contains__(self, name): return True
    def __getitem__(self, name): return lambda params, scratch: os.kill(os.getpid(), signal.SIGKILL)
    def __iter__(self): return iter(())
    def __len__(self): return 0
HANDLERS = Handlers()
"""
"""A world in which the kernel ends each call, as where memory has run out."""


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Slot]:
    file = tmp_path / "killed.py"
    file.write_text(KILLED)
    with Pool(1, tmp_path / "pool", handlers=dict.fromkeys(World, file)) as pool, pool.slot() as slot:
        yield slot


def _measure(slot: Slot, run: ReferenceRun) -> None:
    loaders = Loaders(lambda: None, lambda: None)
    measure(slot, Comparator(["y"]), loaders, Progress(witnesses=[run]))


def _measure_signatures(slot: Slot, run: ReferenceRun) -> None:
    ends = Signature((X,), (X,), stateful=False)
    measure_signatures(slot, [("serve", run)], {"serve": ends}, None, Progress())


def _compare_unbounded(slot: Slot, run: ReferenceRun) -> None:
    spec = described_input(X)
    reference = Reference("original", Ends((), ()), run.probes, {}, (), (spec,))
    loaders = Loaders(lambda: None, lambda: None)
    compare_unbounded(slot, Comparator(["y"]), reference, loaders, 0, Progress())


def _load_untouched(slot: Slot, run: ReferenceRun) -> None:
    load_untouched(slot, run.probes, run, Comparator(["y"]))


def _profile_layers(slot: Slot, run: ReferenceRun) -> None:
    profile_layers(slot, run.probes, Comparator(["y"]))


@pytest.mark.parametrize(
    "ask", [_measure, _measure_signatures, _compare_unbounded, _load_untouched, _profile_layers]
)
def test_a_worker_that_starves_is_no_answer(
    ask: Callable[[Slot, ReferenceRun], None], killed: Slot, tmp_path: Path
) -> None:
    """What takes a refusal for an answer does not take this for one: on a larger machine there is another one."""
    run = ReferenceRun("original", "the legacy world", tmp_path / "probes.safetensors", {})
    with pytest.raises(WorkerStarved):
        ask(killed, run)


def test_whoever_catches_it_nothing_is_concluded_and_nothing_published(
    killed: Slot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def swallow(request: ArtifactRequest, options: Options, slot: Slot, *more: Any) -> Written:
        with contextlib.suppress(WorkerStarved):
            slot.legacy.call("predict", {})
        return Written({})

    legacy = ROOT / "legacy_models" / "keras-2.2.4" / "mlp" / "model.h5"
    staged = Staged(identify(legacy), legacy, None, ())
    monkeypatch.setattr(pipeline, "stage", lambda *arguments: staged)
    monkeypatch.setattr(pipeline, "must_be_safe", lambda *arguments, **options: [])
    monkeypatch.setattr(pipeline, "with_own_code", lambda path, found, *more: found)
    for after in ("must_write_safely", "tell_where"):
        monkeypatch.setattr(pipeline, after, lambda *arguments: None)
    monkeypatch.setattr(pipeline, "_migrate_file", swallow)
    request = ArtifactRequest(legacy, "model.h5", tmp_path / "out", "model")
    with pytest.raises(WorkerStarved):
        pipeline.migrate_artifact(request, Options(), killed)
    assert not (tmp_path / "out").exists()


def test_a_refusal_after_it_is_none(killed: Slot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(request: ArtifactRequest, options: Options, slot: Slot, *more: Any) -> ArtifactResult:
        with contextlib.suppress(WorkerStarved):
            slot.legacy.call("predict", {})
        raise MigrationError("PAR004", "there is no reference")

    monkeypatch.setattr(pipeline, "_migrate", refuse)
    request = ArtifactRequest(tmp_path / "a.h5", "a.h5", tmp_path / "out", "a")
    with pytest.raises(WorkerStarved):
        pipeline.migrate_artifact(request, Options(), killed)


def test_it_is_not_among_the_ends_that_a_file_may_cause() -> None:
    assert WorkerStarved not in ENDED
