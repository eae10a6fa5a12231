"""Fork servers: processes that hold imported frameworks and fork workers; see ``forkserver_main.py``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.worlds.host.environment import World, environment

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

SERVE = Path(__file__).resolve().parents[1] / "guest" / "forkserver_main.py"
SUPPORTED = sys.platform == "linux"
"""Elsewhere a process that has used system frameworks may not fork, or has no sequenced sockets."""
LONGEST_PATH = 100
"""``sun_path`` of ``struct sockaddr_un`` holds 108 bytes."""
BACKLOG = 128
KINDS: Mapping[str, tuple[World, tuple[str, ...]]] = {
    "keras2": (World.LEGACY, ("tensorflow", "tf_keras")),
    "keras3": (World.MODERN, ("tensorflow", "keras")),
}
"""Kind to the world whose environment it has, and what it imports."""
KIND_OF = {World.LEGACY: "keras2", World.MODERN: "keras3", World.STOCK: "keras3"}
"""The modern and the stock world differ in what they import after the fork."""


class ForkServers:
    """The fork servers of one owner; safe for threads.

    Args:
        folder: for their sockets and scratch folders; nobody else may enter it.
        threads: of TensorFlow and BLAS in each worker.
        kinds: what each kind imports; for tests.
        now: import at once; else when the first worker is asked for.
    """

    def __init__(
        self,
        folder: Path,
        threads: int,
        kinds: Mapping[str, tuple[World, tuple[str, ...]]] = KINDS,
        *,
        now: bool = False,
    ) -> None:
        self._folder = folder
        self._kinds = kinds
        self._extra = ["--now"] if now else []
        self._threads = threads
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def sockets(self, without: Container[World] = ()) -> dict[World, Path]:
        """Where to ask for a worker of each world but those ``without``; empty where fork servers cannot be."""
        kinds = {world: kind for world, kind in KIND_OF.items() if world not in without}
        paths = {world: self._folder / kind / "socket" for world, kind in kinds.items()}
        if not SUPPORTED or any(len(str(path)) > LONGEST_PATH for path in paths.values()):
            return {}
        with self._lock:
            for kind in set(kinds.values()):
                if kind not in self._processes:
                    self._processes[kind] = self._start(kind)
        return paths

    def _start(self, kind: str) -> subprocess.Popen[bytes]:
        world, frameworks = self._kinds[kind]
        scratch = self._folder / kind
        scratch.mkdir(parents=True, mode=0o700)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(scratch / "socket"))
            listener.listen(BACKLOG)
            command = [sys.executable, "-P", "-s", "-B", str(SERVE), *frameworks, *self._extra]
            return subprocess.Popen(
                [*command, "--listen", str(listener.fileno()), "--owner", str(os.getpid())],
                stdin=subprocess.PIPE,  # its end tells the fork server that its owner is gone
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=scratch,
                env=environment(world, scratch, self._threads),
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def close(self) -> None:
        """End the fork servers; workers that live on are their own callers' to end."""
        with self._lock:
            for process in self._processes.values():
                process.kill()
                process.wait()
                if process.stdin is not None:
                    process.stdin.close()
            self._processes.clear()
