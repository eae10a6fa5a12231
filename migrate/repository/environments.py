"""The interpreter for the user's command: this one, or a cached virtual environment with further packages on top of it.

The frameworks are those of this installation, for both worlds. An environment sees them through a
``.pth`` file and holds only what they lack. Packages come as wheels: installing one runs none of its code.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from migrate.findings import MigrationError
from migrate.wheels import alone, install, module_of, user_cache

_FRAMEWORKS = re.compile(
    r"keras(-nightly)?|tensorflow(-(cpu|gpu|intel|macos|metal|rocm))?|tf-keras(-nightly)?|tf-nightly.*|jax(lib)?|torch"
    r"|numpy|h5py|protobuf"
)
"""Names that no environment may replace: the worlds are made of them."""
_SECONDS = 1200
_BESIDE = "keras-migrate.pth"
_COMPLETE = "complete"
"""A file that says that an environment was made to its end."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter, and the folders that it needs to read beside its own."""

    python: Path
    read: tuple[Path, ...] = ()


def environment_with(packages: Sequence[str]) -> Environment:
    """An interpreter that has these packages, made where there is none yet.

    Args:
        packages: requirements, such as ``pandas`` or ``pillow<11``; empty for this interpreter.

    Raises:
        MigrationError: ``REPO006`` for what is no requirement or cannot be installed.
    """
    wanted = sorted({str(_requirement(text)) for text in packages})
    if not wanted:
        return Environment(Path(sys.executable))
    shared = _site_packages()
    home = user_cache("environments") / _key(wanted)
    found = Environment(home / "bin" / "python", (shared,))
    with alone(home.with_suffix(".lock")):
        if not (home / _COMPLETE).is_file():
            venv.create(home, clear=True, with_pip=False, symlinks=True)
            site = next(home.glob("lib/python*/site-packages"))
            (site / _BESIDE).write_text(f"{shared}\n", encoding="utf-8")
            _install(found.python, wanted)
            (home / _COMPLETE).write_text("\n".join(wanted), encoding="utf-8")
    return found


def required(tree: Path, files: Sequence[str]) -> list[str]:
    """Packages that the requirement files of a repository name and that are not installed here, without their pins.

    Old pins have no wheels for this Python. Frameworks are left out.
    """
    names: set[str] = set()
    for file in files:
        if not file.lower().endswith(".txt"):
            continue
        for line in (tree / file).read_text("utf-8", "replace").splitlines():
            with contextlib.suppress(InvalidRequirement):
                names.add(canonicalize_name(Requirement(line.partition("#")[0].strip()).name))
    return sorted(name for name in names if not _FRAMEWORKS.fullmatch(name) and not _is_installed(name))


def _requirement(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise MigrationError(
            "REPO006",
            f"{text!r} is not a requirement: {error}",
            "Give a name such as pandas.",
        ) from error
    if requirement.url or _FRAMEWORKS.fullmatch(canonicalize_name(requirement.name)):
        raise MigrationError(
            "REPO006",
            f"{text} is not installed for a test",
            "The frameworks of this installation are used, and addresses are not followed.",
        )
    return requirement


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _site_packages() -> Path:
    return Path(sysconfig.get_paths()["purelib"])


def _key(wanted: Sequence[str]) -> str:
    """The same packages on the same installation are the same environment."""
    parts = [sys.version, str(_site_packages()), *_constraints(), *wanted]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _constraints() -> list[str]:
    """What is installed here stays as it is."""
    here = importlib.metadata.distributions(path=[str(_site_packages())])
    found = {canonicalize_name(one.metadata["Name"]): one.version for one in here}
    return sorted(f"{name}=={version}" for name, version in found.items() if name != "keras-migrate")


def _install(python: Path, wanted: Sequence[str]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as constraints:
        constraints.write("\n".join(_constraints()))
        constraints.flush()
        pip = [*module_of(sys.executable, "pip"), "--python", str(python)]
        try:
            told = install(pip, wanted, ("--constraint", constraints.name), _SECONDS)
        except subprocess.TimeoutExpired as error:
            raise MigrationError(
                "REPO006", f"installing {', '.join(wanted)} took too long", "Try again."
            ) from error
    if told:
        raise MigrationError(
            "REPO006",
            f"{', '.join(wanted)} cannot be installed: {told[-1]}",
            "Leave out what has no wheel for this Python, or install it alongside keras-migrate.",
        )
