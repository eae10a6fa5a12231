"""The loop that runs inside a world: ``python serve.py WORLD --scratch DIR``.

Run as a file, not as a module, and imports only the standard library: the stock world must hold nothing of
this project. Requests come on standard input and replies leave on what was standard output; both are moved
away first, so that prints of a library or of a model's own code cannot disturb the messages. The format is
described in ``host/protocol.py``.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import select
import signal
import struct
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    Handler = Callable[[dict[str, Any], Path], dict[str, Any]]

HEADER = struct.Struct(">I")
HERE = Path(__file__).resolve().parent
TRACEBACK_CHARACTERS = 20_000
TIMER_GRACE = 10.0
"""Seconds that the kernel's timer waits longer than the parent does."""


class ProjectBlocker(importlib.abc.MetaPathFinder):
    """Refuses to import this project, installed or not: what the stock world loads must not need it."""

    NAMES = frozenset({"migrate", "codemods"})

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Raise for a package of this project; leave every other name to the usual finders."""
        if fullname.partition(".")[0] in self.NAMES:
            raise ModuleNotFoundError(f"{fullname} cannot be imported in the stock world", name=fullname)


class ProjectFinder(importlib.abc.MetaPathFinder):
    """Finds this project around this file, without a look at the folders around it, which may be closed."""

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of a package of this project; None for every other name."""
        if fullname not in ProjectBlocker.NAMES:
            return None
        folder = HERE.parents[2] / fullname
        return importlib.util.spec_from_file_location(
            fullname, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


def take_channel() -> tuple[BinaryIO, BinaryIO]:
    """Move the message pipes off the standard descriptors; prints go to standard error from now on."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as null:
        os.dup2(null.fileno(), 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # the last words before a crash
    return incoming, outgoing


def load_handlers(world: str, handlers: str | None) -> Mapping[str, Handler]:
    """Import the world's table of functions.

    ``stock``, and a file given by its path, are run as a file, with its folder at the end of the path for its
    siblings; the others are modules of this project, or the module named.
    """
    if world == "stock":
        sys.meta_path.insert(0, ProjectBlocker())
    else:
        sys.meta_path.insert(0, ProjectFinder())
    module: ModuleType
    name = handlers or ("" if world == "stock" else f"migrate.worlds.{world}.handlers")
    if name and not name.endswith(".py"):
        module = importlib.import_module(name)
    else:
        file = Path(name) if name else HERE.parent / world / "handlers.py"
        sys.path.append(str(file.parent))
        spec = importlib.util.spec_from_file_location("world_handlers", file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules["world_handlers"] = module
        spec.loader.exec_module(module)
    table: Mapping[str, Handler] = module.HANDLERS
    return table


def load_sibling(name: str) -> ModuleType | None:
    """A module that stands beside this file; None where the copy of the project lacks it."""
    file = HERE / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"world_{name}", file)
    if spec is None or spec.loader is None or not file.exists():
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_guard() -> Any:
    """The sibling file's guard against bytecode, at work from now on.

    Raises:
        ImportError: the copy of the project lacks the file.
    """
    module = load_sibling("bytecode_guard")
    if module is None:
        raise ImportError("bytecode_guard.py is missing next to serve.py")
    guard = module.BytecodeGuard()
    guard.install()
    return guard


def plain(value: object) -> object:
    """Give JSON what it does not know: NumPy scalars and paths."""
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    if item is not None:
        return item()
    raise TypeError(f"a {type(value).__name__} cannot be sent in a message; write it to the scratch folder")


def describe(error: BaseException) -> dict[str, str]:
    """An exception as the fields of ``protocol.RemoteError``.

    A ``MigrationError`` is told by its attributes, because its class cannot be imported here. An error without words,
    such as that of a bare ``assert``, says its class: callers put the message into a finding.
    """
    kind, trace = type(error).__name__, "".join(traceback.format_exception(error))
    fields = {"kind": kind, "message": str(error) or kind, "traceback": trace[-TRACEBACK_CHARACTERS:]}
    if any(base.__name__ == "MigrationError" for base in type(error).__mro__):
        for name in ("code", "message", "hint", "place"):
            fields[name] = str(getattr(error, name, ""))
    return fields


def versions() -> dict[str, str]:
    """Versions of Python and of the frameworks that the handlers imported."""
    found = {"python": sys.version.split()[0]}
    for name in ("tensorflow", "tf_keras", "keras", "numpy", "h5py", "jax", "torch"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found[name] = version
    return found


def watch_parent(incoming: BinaryIO) -> None:
    """End this process as soon as the other end of its input is closed, also in the middle of a call."""

    def wait() -> None:
        poll = select.poll()
        poll.register(incoming.fileno(), 0)  # a hang-up is reported whether asked for or not
        poll.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()


class Loop:
    """Reads requests, runs handlers, writes replies, until the input ends."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, scratch: Path) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._scratch = scratch
        self.guard: Any = None
        """Keeps bytecode from being decoded in a call that does not say ``trust``."""

    def send(self, message: dict[str, Any]) -> None:
        """Write one message. Not-a-number has no JSON, so a handler has to say it in words."""
        text = json.dumps(message, default=plain, allow_nan=False, ensure_ascii=False)
        body = text.encode("utf-8", "replace")  # names of files may be none; the parent reads UTF-8 alone
        self._outgoing.write(HEADER.pack(len(body)) + body)
        self._outgoing.flush()

    def receive(self) -> dict[str, Any] | None:
        """Read one request; None at the end of the input."""
        header = self._incoming.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        (length,) = HEADER.unpack(header)
        body = self._incoming.read(length)
        if len(body) < length:
            return None
        request: dict[str, Any] = json.loads(body)
        return request

    def answer(self, request: dict[str, Any], handlers: Mapping[str, Handler]) -> None:
        """Run one call and send its result, or what it raised."""
        number = request["id"]
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, request["seconds"] + TIMER_GRACE)
        try:
            if request["method"] not in handlers:
                raise LookupError(f"there is no handler {request['method']!r}")
            self.guard.trusted = request["params"].get("trust") is True
            result = handlers[request["method"]](request["params"], self._scratch)
            self.send({"type": "result", "id": number, "result": result})
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary: everything becomes a reply
            self.send({"type": "error", "id": number, "error": describe(error)})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def run(self, handlers: Mapping[str, Handler]) -> None:
        """Serve until the parent closes the pipe."""
        while (request := self.receive()) is not None:
            self.answer(request, handlers)


def main(argv: list[str] | None = None) -> NoReturn:
    """Lock up, import the world, say hello, serve; the arguments are the command's unless given."""
    parser = argparse.ArgumentParser(description="One world of keras-migrate; started by its parent.")
    parser.add_argument("world", choices=("legacy", "modern", "stock", "reader"))
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--handlers")
    parser.add_argument("--policy", action="append", default=[], help="JSON, in parts where it is long")
    arguments = parser.parse_args(argv)

    policy = json.loads("".join(arguments.policy) or "{}")
    incoming, outgoing = take_channel()
    faulthandler.enable()
    loop = Loop(incoming, outgoing, arguments.scratch)
    hello: dict[str, Any] = {"type": "hello", "versions": {}, "protections": [], "missing": []}
    handlers: Mapping[str, Handler] = {}
    try:
        sandbox = load_sibling("sandbox_apply") if policy else None
        if sandbox is not None:
            hello["protections"], hello["missing"] = sandbox.apply(policy)
        loop.guard = load_guard()
        watch_parent(incoming)
        handlers = load_handlers(arguments.world, arguments.handlers)
        hello["versions"] = versions()
        gc.freeze()  # a framework's own objects live as long as the process: no collection need visit them
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary: everything becomes a reply
        hello["error"] = describe(error)
    loop.send(hello)
    if "error" not in hello:
        loop.run(handlers)
    sys.stderr.flush()
    os._exit(0)  # a framework's exit handlers can hang, and nothing here needs them


if __name__ == "__main__":
    main()
