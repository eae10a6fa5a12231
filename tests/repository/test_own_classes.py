"""What a model gives with the repository's own classes is held against its recording, whatever it gives."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from migrate.repository.own_classes import _apart

VALUES = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
TEXTS = np.array([["yes"], ["no"]])


def recording(path: Path, *outputs: np.ndarray) -> Path:
    np.savez(path, **{"inputs/0": VALUES}, **{f"outputs/{n}": array for n, array in enumerate(outputs)})
    return path


@pytest.mark.parametrize(
    ("recorded", "found", "says"),
    [
        (VALUES, VALUES, ""),
        (VALUES, VALUES * np.float32(1 + 5e-6), ""),
        (VALUES, VALUES * np.float32(1 + 5e-5), "differs"),
        (VALUES, VALUES[:2], "the shape is"),
        (VALUES, np.where(VALUES > 0.9, np.nan, VALUES).astype(np.float32), "infinities or NaN"),
        (np.full(3, np.nan, np.float32), np.full(3, np.inf, np.float32), "infinities or NaN"),
        (np.float32([[1e9, 1.0]] * 4), np.float32([[1e9, 2.0]] * 4), "in feature 1"),
        (np.float32([1e-9, 2e-9]), np.float32([1e-9, 2.1e-9]), "differs by"),
        (TEXTS, TEXTS, ""),
        (TEXTS, TEXTS[::-1], "the strings differ"),
    ],
)
def test_outputs_are_compared(recorded: np.ndarray, found: np.ndarray, says: str, tmp_path: Path) -> None:
    proof, written = recording(tmp_path / "proof.npz", recorded), recording(tmp_path / "out.npz", found)
    answer = _apart(proof, tmp_path, str(written))
    assert says in answer
    assert bool(says) == bool(answer)


def test_outputs_that_are_missing_are_no_proof(tmp_path: Path) -> None:
    proof = recording(tmp_path / "proof.npz", VALUES, VALUES)
    assert "1 outputs, 2 were recorded" in _apart(
        proof, tmp_path, str(recording(tmp_path / "out.npz", VALUES))
    )
    assert "cannot be taken" in _apart(proof, tmp_path, str(tmp_path / "none.npz"))
    assert "no recorded" in _apart(proof, tmp_path, str(recording(tmp_path / "out.npz")))


def test_outputs_that_lie_elsewhere_are_no_proof(tmp_path: Path) -> None:
    """The classes that ran belong to the repository, which may put a link or a pipe where outputs were to be."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    proof = recording(tmp_path / "proof.npz", VALUES)
    (scratch / "link.npz").symlink_to(proof)
    os.mkfifo(scratch / "pipe.npz")
    for name in ("link.npz", "pipe.npz", "../proof.npz"):
        assert _apart(proof, scratch, f"{scratch}/{name}"), name
