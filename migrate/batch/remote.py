"""Sources and outputs in object stores, through fsspec: ``s3://``, ``gs://``, ``az://``, ``hf://``, ``memory://``…

HDF5 and zip need to seek, and thousands of small range reads are slow, so an artifact is streamed to local
scratch when its turn comes and removed after it; at most one for each job is there at a time. Outputs are built
locally and uploaded, ``migration.json`` last: a folder that has one is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import shutil
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from migrate.batch.store import download, download_file, open_store, patiently, upload, upload_file
from migrate.discovery import Candidate
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.pairing import core
from migrate.formats.saved_model.names import PROTO
from migrate.parity.golden import golden_names
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrate.batch.events import Task

_MODEL_SUFFIXES = (".h5", ".hdf5", ".hdf", ".keras")
_TEXT_SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class RemoteArtifact:
    """A candidate in a store: its address, those of its companions, and a token that changes with it."""

    candidate: Candidate
    url: str
    companions: tuple[str, ...]
    token: str


def discover_remote(url: str) -> list[RemoteArtifact]:
    """Artifacts below an address, told by their first bytes and the names beside them.

    What they are in full is told when they have been fetched.

    Raises:
        MigrationError: RUN013 nothing there, RUN018 the store cannot be read.
    """
    store, root = open_store(url)
    listing: dict[str, dict[str, Any]] = patiently(url, lambda: _list(store, root))
    if not listing:
        raise MigrationError("RUN013", f"{url} does not exist or is empty", "Check the address.")
    base = posixpath.dirname(root) if list(listing) == [root] or "*" in root else root
    models = {posixpath.dirname(path) for path in listing if posixpath.basename(path) == PROTO}
    found = []
    for path, info in sorted(listing.items()):
        if any(path.startswith(f"{folder}/") for folder in models):
            continue
        head = _head(store, path) if _may_be_model(path) else b""
        form = Format.CHECKPOINT if _shards(path, listing) else _format(path, head)
        if form is not None:
            parts = [listing[other] for other in _shards(path, listing)]
            found.append(_artifact(store, path, base, form, listing, [info, *parts]))
    for folder in sorted(models):
        inside = [listing[path] for path in _in(folder, listing)]
        found.append(_artifact(store, folder, base, Format.SAVED_MODEL, listing, inside))
    return found


def _list(store: Any, root: str) -> dict[str, dict[str, Any]]:
    if "*" in root:
        found: dict[str, dict[str, Any]] = store.glob(root, detail=True)
    else:
        found = store.find(root, detail=True)
    return {path: info for path, info in found.items() if info.get("type", "file") == "file"}


def _may_be_model(path: str) -> bool:
    suffix = PurePosixPath(path).suffix.lower()
    known = suffix in (*_TEXT_SUFFIXES, ".index", ".meta") or ".data-" in posixpath.basename(path)
    return not known and not path.endswith((".npz", "_inputs_and_outputs.h5"))


def _shards(path: str, listing: dict[str, dict[str, Any]]) -> list[str]:
    """The files that make a checkpoint of an index: its shards, and the graph of a TF1 saver; else none."""
    prefix, _, ending = path.rpartition(".")
    if ending != "index":
        return []
    return [other for other in listing if other.startswith(f"{prefix}.data-") or other == f"{prefix}.meta"]


def _head(store: Any, path: str) -> bytes:
    data: bytes = patiently(path, lambda: store.cat_file(path, start=0, end=4096))
    return data


def _format(path: str, head: bytes) -> Format | None:
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        weights = "weights" in posixpath.basename(path)
        return Format.HDF5_WEIGHTS if weights else Format.HDF5_MODEL
    if head.startswith(b"PK\x03\x04") and (
        path.endswith(".keras") or b"config.json" in head or b"metadata.json" in head
    ):
        return Format.KERAS_ARCHIVE
    return None


def _artifact(
    store: Any,
    path: str,
    base: str,
    form: Format,
    listing: dict[str, dict[str, Any]],
    infos: list[dict[str, Any]],
) -> RemoteArtifact:
    companions = [] if form is Format.SAVED_MODEL else _beside(path, form, listing)
    inside = {
        other for beside in companions for other in ([beside] if beside in listing else _in(beside, listing))
    }
    tokens = sorted(_token(info) for info in [*infos, *(listing[other] for other in inside)])
    token = hashlib.sha256("\n".join(tokens).encode()).hexdigest()
    source = printable(posixpath.relpath(path, base) if base else path)
    size = sum(int(info.get("size") or 0) for info in infos)
    protocol = store.unstrip_protocol(path)
    return RemoteArtifact(
        Candidate(Path(posixpath.basename(path)), source, form, size),
        protocol,
        tuple(store.unstrip_protocol(companion) for companion in companions),
        token,
    )


def _token(info: dict[str, Any]) -> str:
    """Name, size and what the store calls this state of a file."""
    states = (
        info.get(key) for key in ("ETag", "etag", "generation", "oid", "LastModified", "mtime", "created")
    )
    return f"{info['name']} {info.get('size')} {next((str(state) for state in states if state), '')}"


def _beside(path: str, form: Format, listing: dict[str, dict[str, Any]]) -> list[str]:
    """Companions by name: the architecture of weights, and recorded inputs and outputs.

    For a checkpoint without a text the architecture may be that of the only SavedModel in its folder.
    """
    folder, name = posixpath.split(path)
    found = [beside for one in golden_names(name) if (beside := posixpath.join(folder, one)) in listing][:1]
    found += _shards(path, listing)
    if form in (Format.HDF5_WEIGHTS, Format.CHECKPOINT):
        texts = [
            other
            for other in listing
            if posixpath.dirname(other) == folder
            and other.endswith(_TEXT_SUFFIXES)
            and core(posixpath.basename(other)) == core(name)
        ]
        found += texts
        models = {posixpath.dirname(other) for other in listing if posixpath.basename(other) == PROTO}
        models = {model for model in models if posixpath.dirname(model) == folder}
        if form is Format.CHECKPOINT and not texts and len(models) == 1:
            found += models
    return found


def _in(folder: str, listing: dict[str, dict[str, Any]]) -> list[str]:
    return [path for path in listing if path.startswith(f"{folder}/")]


def fetched_folder(job: Path) -> Path:
    """Where the files of a job are that come from a store: beside the folder of the job, which only it may write."""
    return job.with_name(f"{job.name}-fetched")


@contextlib.contextmanager
def fetched(task: Task, scratch: Path) -> Iterator[Task]:
    """The task with its files on this machine; what was fetched is removed afterwards.

    Raises:
        MigrationError: see `download`.
    """
    if not task.url:
        yield task
        return
    folder = scratch / f"fetched-{hashlib.sha256(task.url.encode()).hexdigest()[:16]}"
    try:
        path = folder / task.path.name
        download(task.url, path)
        companions = []
        for url in task.companion_urls:
            companions.append(folder / posixpath.basename(url))
            download(url, companions[-1])
        yield replace(task, path=path, companions=tuple(companions))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def deliver(task: Task) -> None:
    """Upload what a task has made, and remove the local copy.

    Raises:
        MigrationError: RUN017 when the store does not take it; the local copy stays.
    """
    made = task.out / task.folder
    if not task.out_url or not made.is_dir():
        return
    upload(made, posixpath.join(task.out_url, task.folder))
    shutil.rmtree(made)


def state_folder(url: str) -> Path:
    """Where the ledger of outputs in a store lives: with the one who runs the batch."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "keras-migrate" / hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]


def publish_state(out: Path, url: str, names: Sequence[str]) -> None:
    """Upload report and ledger beside the outputs, for others and for a driver that loses its disk.

    Raises:
        MigrationError: RUN017 when the store does not take them.
    """
    store, root = open_store(url)
    for name in names:
        if (out / name).is_file():
            upload_file(out / name, store, posixpath.join(root, name))


def recover_state(out: Path, url: str, name: str) -> bool:
    """Fetch the ledger that an earlier driver left in the store, when this machine has none.

    Raises:
        MigrationError: RUN018 when the store cannot be read.
    """
    store, root = open_store(url)
    path = posixpath.join(root, name)
    if (out / name).exists() or not patiently(path, lambda: store.exists(path)):
        return False
    download_file(store, path, out / name)
    return True
