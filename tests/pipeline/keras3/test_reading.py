"""What a reader makes of an archive is only called equal where something was compared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from migrate.capsule.store import save_arrays
from migrate.pipeline.keras3.reading import _read
from migrate.pipeline.keras3.subjects import Subject
from migrate.results import ReaderOutcome
from migrate.worlds.contracts.reader import DescribedKeras3
from migrate.worlds.worker import Worker

VALUES = {"0/0": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)}


def subject(path: Path, references: dict[str, np.ndarray], nesting: str = "") -> Subject:
    described = DescribedKeras3("3.15.1", "", {})
    return Subject("m", path, described, (), path / "probes", references, nesting=nesting)


def reader_that_gives(scratch: Path, nesting: str = "*", left_out: tuple[str, ...] = ()) -> Worker:
    def call(method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "load":
            return {"inputs": [], "output_names": ["y"], "left_out": list(left_out)}
        save_arrays(scratch / "outputs.safetensors", VALUES)
        return {"file": str(scratch / "outputs.safetensors"), "nesting": nesting}

    return cast("Worker", SimpleNamespace(call=call, scratch=scratch, world="stock", limits=Limited()))


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
    assert reason == "predict gives [*] in place of * (* is an array)"
    assert _read(reader_that_gives(tmp_path), subject(tmp_path, VALUES, "*"))[0] is ReaderOutcome.EQUAL


def test_state_of_an_optimizer_that_is_left_out_is_a_difference(tmp_path: Path) -> None:
    told = "Skipping variable loading for optimizer 'nadam', because it has 11 variables"
    worker = reader_that_gives(tmp_path, left_out=(told,))
    assert _read(worker, subject(tmp_path, VALUES))[:2] == (ReaderOutcome.DIFFERS, told)


class Limited:
    file_bytes = 1 << 20
