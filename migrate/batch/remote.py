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
import time
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from migrate.batch.discover import Candidate
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.pairing import core
from migrate.parity.golden import golden_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from migrate.batch.events import Task

CHUNK = 8 << 20
TRIES = 4
FIRST_PAUSE = 0.2
_MODEL_SUFFIXES = (".h5", ".hdf5", ".hdf", ".keras")
_TEXT_SUFFIXES = (".json", ".yaml", ".yml")
_T = TypeVar("_T")


def is_url(text: str) -> bool:
    """Whether a source or an output lies behind fsspec rather than in the file system."""
    return "://" in text and not text.startswith("file://")


def local_path(text: str) -> str:
    """A ``file://`` address as a path; anything else as it is."""
    return text.removeprefix("file://") if text.startswith("file://") else text


def open_store(url: str) -> tuple[Any, str]:
    """The file system and the path in it.

    Raises:
        MigrationError: RUN018 when the protocol needs a package that is not installed.
    """
    from fsspec.core import url_to_fs

    try:
        store, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise MigrationError(
            "RUN018",
            f"{url}: {error}",
            "Install the package for this protocol, such as s3fs, gcsfs or adlfs.",
        ) from error
    return store, path.rstrip("/")


def patiently(what: str, action: Callable[[], _T], code: str = "RUN018") -> _T:
    """Run an action of a store, again after growing pauses when it fails.

    Raises:
        MigrationError: with ``code`` after the last try.
    """
    pause = FIRST_PAUSE
    for attempt in range(1, TRIES + 1):
        try:
            return action()
        except FileNotFoundError as error:
            raise MigrationError(
                "RUN013", f"{what}: it does not exist (any more)", "Check the address."
            ) from error
        except (OSError, ValueError, RuntimeError, EOFError) as error:
            if attempt == TRIES:
                raise MigrationError(
                    code,
                    f"{what}: {type(error).__name__}: {error} ({TRIES} tries)",
                    "Check the store and the credentials, and run the same command again.",
                ) from error
            time.sleep(pause)
            pause *= 3
    raise AssertionError("unreachable")


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
    models = {posixpath.dirname(path) for path in listing if posixpath.basename(path) == "saved_model.pb"}
    found = []
    for path, info in sorted(listing.items()):
        if any(path.startswith(f"{folder}/") for folder in models):
            continue
        head = _head(store, path) if _may_be_model(path) else b""
        form = _format(path, head)
        if form is not None:
            found.append(_artifact(store, path, base, form, listing, [info]))
    for folder in sorted(models):
        inside = [info for path, info in listing.items() if path.startswith(f"{folder}/")]
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
    return suffix not in _TEXT_SUFFIXES and not path.endswith((".npz", "_inputs_and_outputs.h5"))


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
    tokens = sorted(_token(info) for info in [*infos, *(listing[beside] for beside in companions)])
    token = hashlib.sha256("\n".join(tokens).encode()).hexdigest()
    source = posixpath.relpath(path, base) if base else path
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
    """Companions by name: the architecture of weights, and recorded inputs and outputs."""
    folder, name = posixpath.split(path)
    found = [beside for one in golden_names(name) if (beside := posixpath.join(folder, one)) in listing][:1]
    if form is Format.HDF5_WEIGHTS:
        found += [
            other
            for other in listing
            if posixpath.dirname(other) == folder
            and other.endswith(_TEXT_SUFFIXES)
            and core(posixpath.basename(other)) == core(name)
        ]
    return found


def download(url: str, target: Path) -> None:
    """Stream a file, or a folder with all its files, to a local path.

    Raises:
        MigrationError: RUN018 after the last try, RUN013 when it is gone, RUN011 when the disk is full.
    """
    store, path = open_store(url)
    if patiently(url, lambda: store.isdir(path)):
        names: list[str] = patiently(url, lambda: store.find(path))
        for name in names:
            relative = posixpath.relpath(name, path)
            if relative.startswith(("../", "/")):
                raise MigrationError(
                    "SEC006", f"{url} lists {name!r} outside of itself", "Do not trust this store."
                )
            download_file(store, name, target / relative)
    else:
        download_file(store, path, target)


def download_file(store: Any, path: str, target: Path) -> None:
    """Stream one file in chunks; its size must be the one that the store tells.

    Raises:
        MigrationError: see `download`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    info: dict[str, Any] = patiently(path, lambda: store.info(path))
    size = int(info.get("size") or 0)
    if shutil.disk_usage(target.parent).free < size + (64 << 20):
        raise MigrationError(
            "RUN011",
            f"no room in scratch for {path} ({size >> 20} MB)",
            "Make room, or name another folder in TMPDIR.",
        )

    def fetch() -> None:
        with (
            store.open(path, "rb", block_size=CHUNK, cache_type="readahead") as source,
            target.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink, CHUNK)
        if target.stat().st_size != size:
            raise EOFError(f"{target.stat().st_size} of {size} bytes arrived")

    patiently(path, fetch)


def upload(folder: Path, url: str) -> None:
    """Upload a folder of outputs, ``migration.json`` last, each file checked by its size.

    Raises:
        MigrationError: RUN017 after the last try.
    """
    store, root = open_store(url)
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()),
        key=lambda path: (path.name == "migration.json", path.as_posix()),
    )
    for file in files:
        upload_file(file, store, posixpath.join(root, file.relative_to(folder).as_posix()))


def upload_file(file: Path, store: Any, path: str) -> None:
    """Upload one file.

    Raises:
        MigrationError: RUN017 after the last try.
    """

    def put() -> None:
        store.makedirs(posixpath.dirname(path), exist_ok=True)
        store.put_file(str(file), path)
        store.invalidate_cache()
        arrived = int(store.info(path)["size"])
        if arrived != file.stat().st_size:
            raise EOFError(f"{arrived} of {file.stat().st_size} bytes arrived")

    patiently(f"upload of {path}", put, "RUN017")


@contextlib.contextmanager
def at_hand(task: Task, scratch: Path) -> Iterator[Task]:
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
