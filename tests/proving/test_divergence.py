"""Where two recorded runs part, and what is rounding: runs are written by the recorder itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from migrate.proving.divergence import Parting, Trace, part
from migrate.worlds.contracts.proving import RanProgram
from migrate.worlds.lockstep.recorder import Recorder


def trace(folder: Path, stem: str, bias_gradient: float, bias: float) -> Trace:
    """One step of a kernel with a gradient of 0.5 and of a bias with another one."""
    recorder = Recorder(1, step=1, inside=True)
    recorder.array("gradient", "Dense 1 kernel", np.full((2, 2), 0.5, np.float32), "train.py:1")
    recorder.array("gradient", "Dense 1 bias", np.full(2, bias_gradient, np.float32), "train.py:1")
    recorder.array("weight", "Dense 1 bias", np.full(2, bias, np.float32), "train.py:1")
    recorder.save(folder, stem, {})
    ran = RanProgram("", "", 1, "", "")
    return Trace(ran, folder / f"{stem}.jsonl", folder / f"{stem}.safetensors", folder)


def compared(folder: Path, legacy: tuple[float, float], modern: tuple[float, float]) -> Parting | None:
    return part(trace(folder, "legacy", *legacy), trace(folder, "modern", *modern), {})


def test_the_gradient_of_a_bias_before_a_normalization_is_rounding_and_so_is_its_step(tmp_path: Path) -> None:
    assert compared(tmp_path, (1e-9, 0.01), (-2e-9, -0.01)) is None


@pytest.mark.parametrize(
    ("legacy", "modern", "kind"),
    [
        ((1e-3, 0.01), (2e-3, 0.01), "gradient"),
        ((1e-9, 0.01), (1e-3, 0.01), "gradient"),
        ((1e-3, 0.01), (1e-3, 0.02), "weight"),
    ],
)
def test_what_is_larger_than_rounding_is_told(
    tmp_path: Path, legacy: tuple[float, float], modern: tuple[float, float], kind: str
) -> None:
    found = compared(tmp_path, legacy, modern)
    assert found is not None
    assert (found.kind, found.what, found.step) == (kind, "Dense 1 bias", 1)
