"""Files written by workers, read as answers of processes that may be compromised; see `migrate.worlds.host.taking`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from migrate.capsule.model import Array, Model
from migrate.capsule.store import load_arrays, load_structure
from migrate.worlds.contracts.modern import Save
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.taking import take
from migrate.worlds.host.worker import Worker

_NAMES = {"keras": "model.keras", "saved_model": "saved_model"}
"""Key of an answer to the name of the output, which the worker must not choose."""
_MALFORMED = (SafetensorError, OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


@contextlib.contextmanager
def reading(worker: Worker) -> Iterator[None]:
    """Read what a worker has written in which an author's code ran, and names that a contract cannot check.

    Raises:
        ProtocolError: the answer is not what this project's handler returns.
    """
    try:
        yield
    except _MALFORMED as error:
        raise ProtocolError(f"an answer of the {worker.world} worker cannot be read: {error!r}") from error


def arrays_in(worker: Worker, path: object) -> dict[str, Array]:
    """The arrays in a file that a worker claims to have written.

    Raises:
        ProtocolError: the worker's folder contains no such file of arrays.
    """
    file = take(worker, path, "arrays.safetensors")
    try:
        return load_arrays(file)
    except _MALFORMED as error:
        raise ProtocolError(f"arrays of the {worker.world} worker cannot be read: {error}") from error
    finally:
        file.unlink()


def structure_of(worker: Worker, stem: str) -> Model:
    """The records of a model, as written by a worker; its weights are shapes.

    Raises:
        ProtocolError: there are none, or this project does not write such records.
    """
    file = take(worker, str(worker.scratch / f"{stem}.json"), f"{stem}.json")
    try:
        return load_structure(file.parent, stem)
    except _MALFORMED as error:
        raise ProtocolError(f"records of the {worker.world} worker cannot be read: {error!r}") from error


def document_of(worker: Worker, name: str) -> dict[str, Any]:
    """A JSON object that a worker wrote.

    Raises:
        ProtocolError: there is none.
    """
    file = take(worker, str(worker.scratch / name), name)
    try:
        value = json.loads(file.read_bytes())
    except _MALFORMED as error:
        raise ProtocolError(f"{name} of the {worker.world} worker cannot be read: {error!r}") from error
    if not isinstance(value, dict):
        raise ProtocolError(f"{name} of the {worker.world} worker is not an object")
    return value


def saved_by(worker: Worker, call: Save) -> dict[str, Path]:
    """Let a worker write its model; what was asked for, by the answer's keys, stored under our names.

    Raises:
        WorldError: the model cannot be written.
        ProtocolError: a file is missing in the answer, or cannot be accepted.
    """
    reply = worker.ask(call)
    asked = {"keras": (call.keras, reply.keras), "saved_model": (call.saved_model, reply.saved_model)}
    return {key: take(worker, path, _NAMES[key]) for key, (wanted, path) in asked.items() if wanted}
