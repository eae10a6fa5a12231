"""What a reader makes of an archive is only called equal where something was compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from packaging.version import Version

from migrate.capsule.store import save_arrays
from migrate.dialects.keras3_minors.versions import reader
from migrate.pipeline.keras3 import reading
from migrate.pipeline.keras3.reading import _doubt, _kept_int4, _read, _refusal, read_all
from migrate.pipeline.keras3.subjects import Rewritten, Subject
from migrate.readers.environments import Backend
from migrate.results import ReaderOutcome, Reading
from migrate.worlds.contracts.keras3 import DescribedKeras3
from migrate.worlds.contracts.stock import Load, LoadedArchive, Nested, PredictArchive
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.worker import Worker

VALUES = {"0/0": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)}


def subject(path: Path, references: dict[str, np.ndarray], nesting: str = "") -> Subject:
    described = DescribedKeras3("3.15.1", "", {})
    return Subject("m", path, described, (), path / "probes", references, nesting=nesting)


def reader_that_gives(scratch: Path, nesting: str = "*", left_out: tuple[str, ...] = ()) -> Worker:
    def ask(call: Load | PredictArchive) -> LoadedArchive | Nested:
        if isinstance(call, Load):
            return LoadedArchive((), ["y"], list(left_out))
        save_arrays(scratch / "outputs.safetensors", VALUES)
        return Nested(str(scratch / "outputs.safetensors"), nesting)

    return cast("Worker", SimpleNamespace(ask=ask, scratch=scratch, world="stock", limits=Limited()))


@pytest.mark.parametrize(
    ("references", "outcome"),
    [
        (VALUES, ReaderOutcome.EQUAL),
        ({"0/0": VALUES["0/0"] + 1}, ReaderOutcome.DIFFERS),
        ({}, ReaderOutcome.UNCOMPARED),
    ],
)
def test_nothing_compared_is_not_equal(
    references: dict[str, np.ndarray], outcome: ReaderOutcome, tmp_path: Path
) -> None:
    """A model whose outputs are all drawn at random leaves no reference."""
    assert _read(reader_that_gives(tmp_path), subject(tmp_path, references))[0] is outcome


def test_a_list_of_one_array_is_not_that_array(tmp_path: Path) -> None:
    """From 3.10 on a Functional model of 3.9 gives a list, and ``predict(x).shape`` fails."""
    outcome, reason, _ = _read(reader_that_gives(tmp_path, "[*]"), subject(tmp_path, VALUES, "*"))
    assert outcome is ReaderOutcome.DIFFERS
    assert reason == "predict returns [*] in place of * (* is an array)"
    assert _read(reader_that_gives(tmp_path), subject(tmp_path, VALUES, "*"))[0] is ReaderOutcome.EQUAL


def test_state_of_an_optimizer_that_is_left_out_is_a_difference(tmp_path: Path) -> None:
    told = "Skipping variable loading for optimizer 'nadam', because it has 11 variables"
    worker = reader_that_gives(tmp_path, left_out=(told,))
    assert _read(worker, subject(tmp_path, VALUES))[:2] == (ReaderOutcome.DIFFERS, told)


@pytest.mark.parametrize(
    ("backend", "release", "has_masks", "outcome"),
    [
        (Backend.NUMPY, "3.13", True, ReaderOutcome.UNSOUND),
        (Backend.NUMPY, "3.13", False, ReaderOutcome.EQUAL),
        (Backend.NUMPY, "3.14", True, ReaderOutcome.EQUAL),
        (Backend.NUMPY, "nightly", True, ReaderOutcome.EQUAL),
        (Backend.JAX, "3.9", True, ReaderOutcome.EQUAL),
        (Backend.TORCH, "3.9", True, ReaderOutcome.EQUAL),
    ],
)
def test_no_promise_for_masks_on_a_backend_that_computes_them_wrongly(
    backend: Backend,
    release: str,
    has_masks: bool,
    outcome: ReaderOutcome,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Probes may miss it: a trailing mask is right in 3.13, a leading one is not."""
    worker = reader_that_gives(tmp_path)
    monkeypatch.setattr(reading, "worker_of", lambda *_: worker)
    monkeypatch.setattr(reading, "version_of", lambda _: "3.13.2")
    asked = replace(
        subject(tmp_path, VALUES), described=DescribedKeras3("3.15.1", "", {}, has_masks=has_masks)
    )
    slot = cast("Slot", SimpleNamespace())
    (read,) = read_all(slot, reader(release), backend, [asked])
    assert read.reading.outcome is outcome


@pytest.mark.parametrize(
    ("writer", "release", "masks_softmax", "promised"),
    [
        ("3.9.2", "3.9", True, True),
        ("3.9.2", "3.10", True, False),
        ("3.15.1", "3.9", True, False),
        ("3.15.1", "3.10", True, True),
        ("3.15.1", "nightly", True, True),
        ("3.15.1", "3.9", False, True),
        ("", "3.9", True, True),  # of Keras 2, whose softmax is written out
    ],
)
def test_no_promise_across_the_change_of_softmax(
    writer: str, release: str, masks_softmax: bool, promised: bool
) -> None:
    """Probes may miss it: only a row that is masked as a whole differs, by 0.2 to 0.4."""
    described = DescribedKeras3(writer, "", {}, has_masks=True, masks_softmax=masks_softmax)
    assert (_doubt(reader(release), Backend.JAX, described) == "") is promised


@pytest.mark.parametrize(
    ("writer", "kept", "refusing", "code"),
    [
        ("3.13.2", True, ("3.14", "3.15"), "RDR009"),
        ("3.14.1", True, ("3.10", "3.11"), "RDR009"),
        ("3.13.2", True, ("3.12", "3.14"), "RDR006"),  # 3.12 packs alike: int4 is not all there is
        ("3.13.2", False, ("3.14",), "RDR006"),
        ("3.13.2", True, ("nightly",), "RDR009"),
    ],
)
def test_int4_is_named_where_it_is_why_readers_refuse(
    writer: str, kept: bool, refusing: tuple[str, ...], code: str
) -> None:
    """Also where the environment does not say which version it holds."""
    told = "A total of 2 objects could not be loaded"
    readings = [Reading(one, "?", "jax", ReaderOutcome.DOES_NOT_LOAD, None, told) for one in refusing]
    int4 = {one: Version(writer) for one in refusing} if kept else {}
    error = _refusal(readings, ["3.13"], int4)
    assert error.code == code
    assert ("int4" in error.message) is (code == "RDR009")
    assert error.hint == "Write for those that agree: --for 3.13"


@pytest.mark.parametrize(
    ("has_int4", "rules", "kept"), [(True, [], True), (True, ["RDR102", "RDR115"], False), (False, [], False)]
)
def test_int4_that_was_rewritten_is_not_why(
    has_int4: bool, rules: list[str], kept: bool, tmp_path: Path
) -> None:
    described = DescribedKeras3("3.13.2", "", {}, has_int4=has_int4)
    archive = Rewritten(
        "model.keras", replace(subject(tmp_path, {}), described=described), (reader("3.9"),), rules
    )
    assert _kept_int4([archive]) == ({"3.9": Version("3.13.2")} if kept else {})


class Limited:
    file_bytes = 1 << 20
