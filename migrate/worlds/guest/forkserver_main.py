"""Forks workers of a world: ``python forkserver_main.py FRAMEWORK... --listen FD [--now]``.

The import of TensorFlow and a Keras takes seconds of processor time, and every worker needs it. This process
imports them once and forks; a child is ready in a tenth of the time, and shares the memory of what was imported.
Only code that is installed has run here: no input is ever read, so a child has nothing to inherit but modules.
Nothing may start a thread before the fork; TensorFlow starts its own when the first operation runs, in the child.

One connection is one child. A client sends a request (JSON: ``argv``, ``cwd``, ``env``) with three descriptors, and
is told ``{"pid": …}`` at once and ``{"status": …}`` at the end. Anything that it sends later, and its end, kill the
child. Like ``serve.py``, run as a file with the standard library alone.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).resolve().parent
REQUEST_BYTES = 1 << 18
PR_SET_PDEATHSIG = 1
CRASHED = 70
"""Exit status of a child that could not even begin; ``EX_SOFTWARE`` of ``sysexits.h``."""


def load_serve() -> ModuleType:
    """The sibling file that a child goes on with."""
    spec = importlib.util.spec_from_file_location("world_serve", HERE / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ForkServer:
    """Takes requests, forks, tells how children end, until its own input closes."""

    def __init__(self, listener: socket.socket, frameworks: list[str]) -> None:
        self._listener = listener
        self._frameworks = frameworks
        self._serve = load_serve()
        self._children: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._wake = wake

    def run(self) -> None:
        """Serve until the owner closes this process's input."""
        self._selector.register(0, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fd == 0:
                    return
                if key.fd == self._woken:
                    os.read(self._woken, 4096)
                elif key.fileobj is self._listener:
                    self._take(self._listener.accept()[0])
                else:
                    self._kill(key.data)
            self._reap()

    def _take(self, connection: socket.socket) -> None:
        """Fork a child for one request."""
        self.prepare()
        body, descriptors, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 3)
        if len(descriptors) != 3:  # the client was gone before it had asked
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            connection.close()
            self._become(json.loads(body), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._children[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        self._tell(connection, {"pid": pid})

    def prepare(self) -> None:
        """Import, once, what the children will need; a failure is theirs to meet and report."""
        for name in self._frameworks:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if self._frameworks:
            gc.collect()
            gc.freeze()  # a collection in a child would touch, and so copy, all that is shared
            self._frameworks = []

    def _become(self, request: dict[str, Any], descriptors: list[int]) -> NoReturn:
        """In the child: take the place that the request describes, and go on as a worker."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._listener.close()
            for connection in self._children.values():
                connection.close()
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
                os.close(descriptor)
            for descriptor in (self._woken, self._wake):
                os.close(descriptor)
            os.setsid()
            os.chdir(request["cwd"])
            os.environ.clear()
            os.environ.update(request["env"])
            tempfile.tempdir = None
            self._serve.main(request["argv"])
        except BaseException:  # noqa: BLE001 - the child must end here, never return into the forkserver's loop
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(CRASHED)

    def _kill(self, pid: int) -> None:
        """A client asked for the end of its child, or is gone itself."""
        self._selector.unregister(self._children[pid])
        for group_or_self in (os.killpg, os.kill):  # before its ``setsid`` it has no group of its own
            with contextlib.suppress(ProcessLookupError):
                group_or_self(pid, signal.SIGKILL)

    def _reap(self) -> None:
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                connection = self._children.pop(pid)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(connection)
                self._tell(connection, {"status": os.waitstatus_to_exitcode(status)})
                connection.close()

    @staticmethod
    def _tell(connection: socket.socket, message: dict[str, int]) -> None:
        with contextlib.suppress(OSError):  # a client that has gone needs no answer
            connection.send(json.dumps(message).encode())


def end_with(owner: int) -> None:
    """Have the kernel kill this process when its owner ends, also in the middle of an import.

    An import takes seconds, and writes into the home folder: below scratch that the next run has swept by then. What is
    forked does not inherit it (prctl(2)).
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != owner:  # it ended before that
        os._exit(0)


def main() -> None:
    """Listen, fork, and end together with the owner."""
    parser = argparse.ArgumentParser(description="Forks workers of keras-migrate; started by their parent.")
    parser.add_argument("frameworks", nargs="+")
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument(
        "--owner", type=int, required=True, help="number of the process that started this one"
    )
    parser.add_argument("--now", action="store_true", help="import before the first request")
    arguments = parser.parse_args()
    end_with(arguments.owner)
    forkserver = ForkServer(socket.socket(fileno=arguments.listen), arguments.frameworks)
    if arguments.now:
        forkserver.prepare()
    forkserver.run()
    os._exit(0)  # children see their pipes and connections close


if __name__ == "__main__":
    main()
