"""Every way out of a worker that we know: what it changes without the sandbox, and that it changes nothing inside."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import platform
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from migrate.worlds.host.ends import WorkerDied, WorldError
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.sandbox import policy, promises
from migrate.worlds.host.worker import Worker
from tests.worlds.attacks import ATTACKS, SIGNALS
from tests.worlds.victims import Victim, descendants

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")

HANDLERS = Path(__file__).with_name("attacks.py")
LANDLOCK = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
"""Newest version that this kernel offers; negative where it has none."""
PROTECTIONS = ("landlock", "seccomp", "namespaces", "read-only mounts")
INSIDE = [(abi, skip) for abi in range(1, LANDLOCK + 1) for skip in ((), ("namespaces",))]
"""Each version of Landlock, and with each that no namespaces are to be had, as in most containers."""
ALONE = [skip for count in range(1, 5) for skip in itertools.combinations(PROTECTIONS, count)]


class Ground:
    """A place for attacks: victims' homes, inputs and a worker."""

    def __init__(self, folder: Path) -> None:
        self.home, self.inputs = folder / "home", folder / "inputs"
        self.scratch = folder / "scratch"
        for path in (self.home, self.inputs, self.scratch):
            path.mkdir(parents=True)
        self._victim: Victim | None = None

    def worker(self, *, locked: bool, skip: Sequence[str] = (), abi: int | None = None) -> Worker:
        limits = Limits(call_seconds=20)
        rules = policy(self.scratch, limits, [HANDLERS, self.inputs], skip=skip, landlock_abi=abi)
        return Worker(World.READER, self.scratch, limits, handlers=HANDLERS, policy=rules if locked else None)

    def changes(self, worker: Worker, name: str, seconds: float = 0.01) -> list[str]:
        """What one attack changed outside of its worker; then the next attack gets another victim.

        A signal is given ``seconds`` to arrive.
        """
        victim = self._victim = self._victim or Victim(self.home, self.inputs)
        with contextlib.suppress(WorkerDied, WorldError):  # what became of the attacker is not asked
            worker.call("attack", {"name": name, **victim.params()})
        deadline = time.monotonic() + seconds
        while ATTACKS[name][0] == SIGNALS and victim.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        found = victim.changes()
        if worker.pid and (started := descendants(worker.pid)):
            found.append("processes")
            for pid in started:
                os.kill(pid, signal.SIGKILL)
        if found:
            worker.close()  # a tracer would keep its victim from ending
            self.close()
        return found

    def close(self) -> None:
        """Remove the victim."""
        if self._victim is not None:
            self._victim.close()
            self._victim = None


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    place = Ground(tmp_path)
    yield place
    place.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_succeeds_without_the_sandbox(ground: Ground, name: str) -> None:
    """Otherwise its failure inside would show nothing."""
    with ground.worker(locked=False) as worker:
        assert ground.changes(worker, name, seconds=10)


@pytest.mark.skipif(LANDLOCK < 1, reason="this kernel has no Landlock")
@pytest.mark.parametrize(("abi", "skip"), INSIDE)
def test_no_attack_changes_anything_with_any_version_of_landlock(
    ground: Ground, abi: int, skip: tuple[str, ...]
) -> None:
    with ground.worker(locked=True, skip=skip, abi=abi) as worker:
        active = worker.ready().protections
        assert f"landlock (version {abi})" in active
        assert all(promises(active).values())
        changed = {name: found for name in ATTACKS if (found := ground.changes(worker, name))}
        assert not changed
        assert worker.call("refused", {}) == {"done": []}
        assert worker.starts == 1


@pytest.mark.parametrize("abi", sorted({1, LANDLOCK}))
@pytest.mark.parametrize("skip", ALONE, ids=" ".join)
def test_what_is_said_to_hold_does_hold(ground: Ground, skip: tuple[str, ...], abi: int) -> None:
    """With any protections missing: an attack that succeeds broke a promise that was told as open."""
    with ground.worker(locked=True, skip=skip, abi=abi) as worker:
        kept = promises(worker.ready().protections)
        lies = {
            name: found
            for name, (promise, _) in ATTACKS.items()
            if kept[promise] and (found := ground.changes(worker, name))
        }
        assert not lies
