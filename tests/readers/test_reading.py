"""What a reader makes of an archive is only called equal where something was compared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from migrate.capsule.store import save_arrays
from migrate.pipeline.readers import Subject, _read
from migrate.results import ReaderOutcome
from migrate.worlds.contracts.reader import DescribedKeras3
from migrate.worlds.worker import Worker

VALUES = {"0/0": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)}


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

    def call(method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "load":
            return {"inputs": [], "output_names": ["y"]}
        save_arrays(tmp_path / "outputs.safetensors", VALUES)
        return {"file": str(tmp_path / "outputs.safetensors")}

    worker = cast("Worker", SimpleNamespace(call=call, scratch=tmp_path, world="stock", limits=Limited()))
    subject = Subject("m", tmp_path, DescribedKeras3("3.15.1", "", {}), (), tmp_path / "probes", references)
    assert _read(worker, subject)[0] is outcome


class Limited:
    file_bytes = 1 << 20
