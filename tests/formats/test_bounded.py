"""The bound on the memory of one look at a file."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from migrate.formats.bounded import bounded_memory, memory_for
from migrate.formats.limits import FREE_BYTES, MIB


def test_what_is_far_beyond_a_file_fails_at_once_and_the_bound_goes(tmp_path: Path) -> None:
    file = tmp_path / "small"
    file.write_bytes(b"x")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounded_memory(file):
        assert np.ones(100 * MIB, "u1").nbytes == 100 * MIB
        with pytest.raises(MemoryError):
            np.empty(2 * memory_for(1), "u1")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_bound_goes_when_the_look_fails(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(ValueError, match="x"), bounded_memory(tmp_path / "nothing"):
        raise ValueError("x")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize("name", ["m.ckpt", "m.ckpt.index"])
def test_a_checkpoint_counts_with_its_shards(tmp_path: Path, name: str) -> None:
    (tmp_path / "m.ckpt.index").write_bytes(b"i")
    with (tmp_path / "m.ckpt.data-00000-of-00001").open("wb") as shard:
        shard.truncate(100 * MIB)  # 64 times that may be read: more than what a small file may take
    with bounded_memory(tmp_path / name):
        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        assert soft > memory_for(100 * MIB)


def test_an_earlier_bound_is_not_raised(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    if before[1] != resource.RLIM_INFINITY:
        pytest.skip("this process is bounded already")
    try:
        resource.setrlimit(resource.RLIMIT_AS, (FREE_BYTES * 64, before[1]))
        with bounded_memory(tmp_path):
            assert resource.getrlimit(resource.RLIMIT_AS)[0] <= FREE_BYTES * 64
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
