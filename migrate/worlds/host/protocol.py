"""The messages between the parent and a world, and their strict reading.

One message is four bytes of length, most significant first, and that many bytes of JSON. Arrays never
travel here: they are files in the worker's scratch folder. A worker that has loaded a hostile model may send
anything, so the parent bounds the size before it reads, accepts only the records below without unknown
fields, and treats all else as `ProtocolError`. The sender's side of the same format is ``guest/serve.py``, which
can import nothing of this package.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import msgspec

from migrate.findings import MigrationError

MAX_MESSAGE = 64 << 20
"""Largest message in bytes that the parent accepts: a description of a model, never its arrays."""
HEADER = struct.Struct(">I")


class ProtocolError(MigrationError):
    """A worker sent something that is not a message: it is broken or in other hands."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "RUN004", message, "The model took over its worker process; treat the file as hostile."
        )


class RemoteError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception inside a world. ``code`` is empty unless it was a `MigrationError`."""

    kind: str
    message: str
    code: str = ""
    hint: str = ""
    place: str = ""
    traceback: str = ""


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """First message: the world is ready, or why it is not; and which protections are in force."""

    versions: dict[str, str]
    protections: list[str]
    missing: list[str]
    error: RemoteError | None = None


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="result"):
    """The call with this number is done."""

    id: int
    result: dict[str, Any]


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="error"):
    """The call with this number raised."""

    id: int
    error: RemoteError


Reply = Hello | Result | Failure

_decoder: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


class Request(msgspec.Struct, frozen=True):
    """One call. ``seconds`` arms a kernel timer in the worker, so that it ends even without its parent."""

    id: int
    method: str
    params: dict[str, Any]
    seconds: float


def encode(request: Request) -> bytes:
    """The bytes of one request, its length in front."""
    body = json.dumps(msgspec.to_builtins(request)).encode()  # ASCII, so that names which are no UTF-8 pass
    return HEADER.pack(len(body)) + body


def decode(body: bytes) -> Reply:
    """Read one reply strictly.

    Raises:
        ProtocolError: when the bytes are not JSON, not one of the records, or nested beyond reason.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError(f"a worker's reply cannot be read: {error}") from error


class Framer:
    """Cuts a stream of bytes into messages; holds at most one message more than it was given."""

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self._buffer = bytearray()
        self._limit = limit

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes, and return the messages that are complete now.

        Raises:
            ProtocolError: when a message announces more than the limit.
        """
        self._buffer += data
        messages: list[bytes] = []
        while len(self._buffer) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._buffer)
            if length > self._limit:
                raise ProtocolError(f"a worker announced a message of {length} bytes (limit {self._limit})")
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            messages.append(bytes(self._buffer[HEADER.size : end]))
            del self._buffer[:end]
        return messages
