"""Run a command of the user in one of the worlds: in the sandbox, in a folder of its own, with a limit of time.

It may start further programs, which workers may not; all of them inherit the sandbox. Nothing of this is for code that
nobody vouched for: a command runs because the user named it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from migrate.worlds.host.environment import Limits, World, environment
from migrate.worlds.host.sandbox import policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAIN = Path(__file__).resolve().parents[1] / "guest" / "command_main.py"
_KEPT_BYTES = 1 << 20
Told = TypeVar("Told")
_LEGACY_NAMES = "import sys\n\nimport tf_keras\n\nsys.modules[__name__] = tf_keras\n"
"""The package ``keras`` of the legacy world: packages of others import it, and there it is tf-keras."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        status: its exit status, negative for a signal; None when it ran out of time and was killed.
        output: the end of what it wrote to standard output and error.
        seconds: of wall clock.
        protections: what of the sandbox was in force.
    """

    status: int | None
    output: str
    seconds: float
    protections: tuple[str, ...] = field(default=())


def answers_in(ended: Ended, kind: type[Told], count: int) -> list[Told] | None:
    """What a script of ours printed as JSON, one answer for each of ``count`` questions; None where it did not.

    The user's code ran in the same process, and may have printed anything.
    """
    lines = [line for line in ended.output.splitlines() if line.startswith("[[")]
    if ended.status or not lines:
        return None
    try:
        answers = msgspec.json.decode(lines[-1], type=list[kind])  # type: ignore[valid-type]  # a variable
    except (msgspec.DecodeError, RecursionError):
        return None
    return answers if len(answers) == count else None


def run_command(
    command: Sequence[str],
    world: World,
    folder: Path,
    *,
    python: Path | None = None,
    variables: Mapping[str, str] | None = None,
    read: Sequence[Path] = (),
    seconds: float = 1800.0,
    network: bool = False,
    limits: Limits | None = None,
) -> Ended:
    """Run a command in a folder that it may write, and nowhere else.

    Args:
        command: a program and its arguments; ``python`` and ``python3`` are the interpreter of the world.
        world: ``LEGACY`` for tf-keras, ``MODERN`` for Keras 3.
        folder: the working folder, made for this run: the command may change what is in it.
        python: the interpreter; this one unless given.
        variables: further environment variables.
        read: what it may read beside that, the interpreter and the system's libraries.
        seconds: of wall clock, after which it is killed with all that it started.
        network: let it use the network.
        limits: of memory and processor time.
    """
    given = limits or Limits(threads=os.cpu_count() or 1)
    scratch = folder / ".keras-migrate-home"
    scratch.mkdir(exist_ok=True)
    interpreter = python or Path(sys.executable)
    argv = [
        str(interpreter) if word in {"python", "python3"} and not n else word
        for n, word in enumerate(command)
    ]
    env = {**environment(world, scratch, given.threads), **(variables or {})}
    env["PATH"] = os.pathsep.join([str(interpreter.parent), env.get("PATH", os.defpath)])
    paths = [str(folder)]
    if world is World.LEGACY:
        paths.insert(0, str(_legacy_names(scratch)))
    env["PYTHONPATH"] = os.pathsep.join([*paths, *filter(None, [env.get("PYTHONPATH", "")])])
    rules = policy(folder, given, read, python=python, programs=True, network=network)
    reported, report = os.pipe()
    os.set_inheritable(report, True)
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(_MAIN), json.dumps(rules), str(report), *argv],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(report,),
            start_new_session=True,
        )
    finally:
        os.close(report)
    try:
        output, status = _wait(process, seconds)
    finally:
        _kill(process)
    with open(reported, encoding="utf-8") as stream:
        told = stream.read()
    active = json.loads(told)["active"] if told else []
    elapsed = time.monotonic() - started
    return Ended(status, output[-_KEPT_BYTES:].decode("utf-8", "replace"), elapsed, tuple(active))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, int | None]:
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        output, _ = process.communicate()
        return output, None
    return output, process.returncode


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a command with all that it started; harmless when all of it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _legacy_names(scratch: Path) -> Path:
    """A folder with the package ``keras`` as tf-keras, to stand first on the path of the legacy world."""
    package = scratch / "legacy-names" / "keras"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(_LEGACY_NAMES, encoding="utf-8")
    return package.parent
