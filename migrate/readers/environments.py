"""Make and find environments of single Keras 3 releases: on demand, in a cache folder, from the user's registry.

Keras itself is a wheel of 2 MB without dependencies to compile; what is large are the numeric libraries below it. So
there is one virtual environment with the backend (``base-…``), and beside it one folder for each release of Keras,
installed without its dependencies and put on ``PYTHONPATH``. Only wheels are installed: nothing of a package runs here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from migrate.findings import MigrationError
from migrate.wheels import alone, install, module_of, user_cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrate.dialects.keras3_minors.versions import Reader

VARIABLE = "KERAS_MIGRATE_READERS"
"""Names the cache folder in place of the user's."""
STALE_SECONDS = 20 * 3600
"""Age at which an environment of ``newest`` or ``nightly`` is made again."""
_LATEST_LINES = 3
_REACHING = frozenset(
    {
        "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "all_proxy", "http_proxy", "https_proxy", "no_proxy",
    }
)  # fmt: skip
"""Variables by which pip reaches a registry; those of its own begin with ``PIP_``."""
_NUMPY_COMPUTES_MASKS = Version("3.14")


class Backend(StrEnum):
    """What computes below Keras."""

    JAX = "jax"
    NUMPY = "numpy"
    TENSORFLOW = "tensorflow"
    TORCH = "torch"

    def computes_masks(self, version: Version) -> bool:
        """Whether recurrent layers obey masks on this backend in a release of Keras.

        NumPy ignores them from 3.6 to 3.10, and up to 3.13 where they lead or stand inside (measured).
        """
        return self is not Backend.NUMPY or version >= _NUMPY_COMPUTES_MASKS


_COMMON = (
    "numpy>=1.26,<2; python_version < '3.13'",
    "numpy>=2.1,<2.2; python_version >= '3.13'",
    "h5py",
    "optree",
    "dm-tree",
    "absl-py",
    "rich",
    "namex",
    "packaging",
    "ml_dtypes",
    "safetensors",
)
PACKAGES: dict[Backend, tuple[str, ...]] = {
    Backend.JAX: (*_COMMON, "jax==0.4.38"),
    Backend.NUMPY: (*_COMMON, "jax==0.4.38"),
    Backend.TORCH: (*_COMMON, "torch>=2.4"),
}
"""What a base environment holds; every release from 3.0.5 to the development version of 3.16 runs on it. NumPy shares
that of JAX, by which Keras computes some shapes. TensorFlow is taken from the environment of this project."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One release of Keras on one backend, ready to run.

    Attributes:
        reader: what was asked for.
        backend: below it.
        python: the interpreter.
        folders: beside the interpreter's own, that the process must be able to read.
        packages: the folder that holds Keras, for ``PYTHONPATH``.
        version: of the Keras that is in it.
    """

    reader: Reader
    backend: Backend
    python: Path
    folders: tuple[Path, ...]
    packages: Path
    version: str

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables of its process."""
        return {
            "KERAS_BACKEND": self.backend.value,
            "PYTHONPATH": str(self.packages),
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": "--xla_backend_optimization_level=0",  # models run a few times each: compiling costs more
        }


def cache_folder() -> Path:
    """Where environments are kept: ``KERAS_MIGRATE_READERS``, else below the user's cache folder."""
    if given := os.environ.get(VARIABLE):
        return Path(given).absolute()
    return user_cache("readers")


def variables_for_making() -> dict[str, str]:
    """What a process with a home of its own must be given to find this user's cache folder and registry."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    told = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name in _REACHING}
    return {**told, "XDG_CONFIG_HOME": home, VARIABLE: str(cache_folder())}


def environment_of(reader: Reader, backend: Backend = Backend.JAX, cache: Path | None = None) -> Environment:
    """The environment of a reader, made if it is missing; several processes may ask at once.

    Raises:
        MigrationError: ``RDR002`` when the registry cannot be reached or has no such release, ``RDR003`` when the
            backend cannot be had.
    """
    root = cache or cache_folder()
    with alone(root / ".lock"):
        python = _base(root, backend)
        packages = _keras(root, reader)
    return Environment(reader, backend, python, (packages,), packages, version_in(packages))


def version_in(packages: Path) -> str:
    """The version of the Keras in a folder of packages."""
    found = sorted(packages.glob("keras*.dist-info"))
    return found[0].name.removesuffix(".dist-info").partition("-")[2] if found else "?"


def _base(root: Path, backend: Backend) -> Path:
    if backend is Backend.TENSORFLOW:
        return Path(sys.executable)
    kind = Backend.JAX if backend is Backend.NUMPY else backend
    folder = root / f"base-{kind}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    packages = PACKAGES[kind]
    if not _is_made(folder, packages):
        with _replacing(folder) as target:
            subprocess.run([*module_of(sys.executable, "venv"), str(target)], check=True, capture_output=True)
            inside = target / "bin" / "python"
            _install(module_of(inside, "pip"), packages, "RDR003", f"the {kind} backend")
            _mark(target, packages)
    return python


def _keras(root: Path, reader: Reader) -> Path:
    folder = root / f"keras-{reader.name}"
    if not _is_made(folder, (reader.requirement,), None if reader.is_fixed else STALE_SECONDS):
        with _replacing(folder) as target:
            options = ["--no-deps", "--target", str(target), *(["--pre"] if reader.is_development else [])]
            pip = module_of(sys.executable, "pip")
            _install(pip, (reader.requirement,), "RDR002", f"Keras {reader.name}", options)
            _mark(target, (reader.requirement,))
    return folder


def _install(
    pip: Sequence[str], packages: Sequence[str], code: str, what: str, options: Sequence[str] = ()
) -> None:
    told = install(pip, packages, options)
    if told:
        lines = [line for line in told if line.startswith("ERROR")] or ["pip failed"]
        raise MigrationError(
            code,
            f"{what} cannot be installed: {'; '.join(lines[-_LATEST_LINES:])}",
            "Check that `pip download keras` works here, or copy the folder of readers from a machine where it does.",
        )


def _is_made(folder: Path, packages: Sequence[str], oldest: float | None = None) -> bool:
    """Whether a folder is complete, holds what is asked for now, and is young enough."""
    file = folder / "made.json"
    try:
        made = json.loads(file.read_text(encoding="utf-8"))
        age = time.time() - file.stat().st_mtime
    except (OSError, ValueError):
        return False
    return made == {"packages": list(packages)} and (oldest is None or age < oldest)


def _mark(folder: Path, packages: Sequence[str]) -> None:
    (folder / "made.json").write_text(json.dumps({"packages": list(packages)}), encoding="utf-8")


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """The folder itself, empty, removed again where the work on it fails: an environment cannot be renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
