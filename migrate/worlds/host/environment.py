"""Which worlds there are, and the environment variables that each process is given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from migrate.formats.guard import EXPENDABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class World(StrEnum):
    """The kinds of subprocess; see ``docs/decisions`` for why they are apart."""

    LEGACY = "legacy"
    """tf-keras: loads the untouched file and computes the reference outputs."""
    MODERN = "modern"
    """Keras 3 with this project's builders."""
    STOCK = "stock"
    """Keras 3 and nothing of this project: loads what was written, as a user will."""
    READER = "reader"
    """No framework: parses files that could crash a parser."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use. Beyond a hard limit it is killed, and one artifact pays for it.

    Attributes:
        start_seconds: from start to ready; the import of TensorFlow on a cold disk takes a while.
        call_seconds: wall clock of one call, unless the call names its own.
        cpu_seconds: processor time over the whole life of one worker (``RLIMIT_CPU``).
        memory_bytes: resident memory, watched from outside while a call runs.
        file_bytes: largest file that it may write (``RLIMIT_FSIZE``).
        scratch_bytes, scratch_files: what its scratch folder may hold, watched from outside while a call runs.
        open_files: file descriptors (``RLIMIT_NOFILE``).
        threads: threads of TensorFlow and of BLAS; N workers with 1 thread use N cores.
        recycle_calls: calls after which a worker is replaced between artifacts.
        recycle_bytes: resident memory above which it is replaced between artifacts.
    """

    start_seconds: float = 180.0
    call_seconds: float = 600.0
    cpu_seconds: int = 6 * 3600
    memory_bytes: int = 8 << 30
    file_bytes: int = 64 << 30
    scratch_bytes: int = 64 << 30
    scratch_files: int = 100_000
    open_files: int = 1024
    threads: int = 1
    recycle_calls: int = 1000
    recycle_bytes: int = 3 << 30


PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SOURCE_DATE_EPOCH")
"""The only variables that a world inherits: no tokens, no cloud credentials, no proxies, no ``PYTHON*``."""

_SILENT_CPU = {
    "CUDA_VISIBLE_DEVICES": "",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # its fused kernels round differently from machine to machine
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}

_OF_WORLD: Mapping[World, Mapping[str, str]] = {
    World.LEGACY: {"TF_USE_LEGACY_KERAS": "1"},
    World.MODERN: {"KERAS_BACKEND": "tensorflow"},
    World.STOCK: {"KERAS_BACKEND": "tensorflow"},
    World.READER: {},
}


def environment(
    world: World, scratch: Path, threads: int, inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The whole environment of a worker of ``world``; ``inherited`` is this process's unless given."""
    source = os.environ if inherited is None else inherited
    passed = {name: source[name] for name in PASSED_ON if name in source}
    home = str(scratch)
    folders = {
        "HOME": home,
        "TMPDIR": home,
        "KERAS_HOME": f"{home}/.keras",
        "XDG_CACHE_HOME": f"{home}/.cache",
        "MPLCONFIGDIR": f"{home}/.cache",
    }
    cores = {
        name: str(threads)
        for name in (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        )
    }
    return {**passed, **folders, **cores, **_SILENT_CPU, **_OF_WORLD[world], EXPENDABLE: world.value}
