"""Talking to object stores through fsspec: patiently, in streams, and with each file's size compared."""

from __future__ import annotations

import logging
import posixpath
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from migrate.extras import command_for
from migrate.findings import MigrationError
from migrate.results import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

CHUNK = 8 << 20
TRIES = 4
FIRST_PAUSE = 0.2
_T = TypeVar("_T")
_FAILURES = (OSError, ValueError, RuntimeError, EOFError)
_LIBRARIES = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "aiohttp.client_exceptions": ("ClientError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "google.api_core.exceptions": ("GoogleAPIError",),
    "azure.core.exceptions": ("AzureError",),
}
"""Base classes of what the libraries below fsspec raise, which derive from ``Exception`` alone."""
_WITH_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "oss"})
"""Protocols of object stores: the first part of a path is a bucket or container, and folders need not be made."""
_EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "abfss": "azure",
    "hf": "hf",
}
"""Protocol to the extra of this distribution that brings its package."""


def is_url(text: str) -> bool:
    """Whether a source or an output lies behind fsspec rather than in the file system."""
    return "://" in text and not text.startswith("file://")


def local_path(text: str) -> str:
    """A ``file://`` address as a path; anything else as it is."""
    return text.removeprefix("file://") if text.startswith("file://") else text


def open_store(url: str) -> tuple[Any, str]:
    """The file system and the path in it.

    Raises:
        MigrationError: RUN018 when the protocol is unknown, needs a package that is not installed, or a connection that
            cannot be made.
    """
    from fsspec.core import url_to_fs

    try:
        store, path = url_to_fs(url)
    except ImportError as error:
        raise MigrationError("RUN018", f"{url}: {error}", _installation(url)) from error
    except failures() as error:
        raise MigrationError(
            "RUN018", f"{url}: {error}", "Check the address: s3://, gs://, az:// and hf:// are object stores."
        ) from error
    return store, path.rstrip("/")


def _installation(url: str) -> str:
    """The command that brings the package of a protocol; of one without an extra, its error names the package."""
    extra = _EXTRAS.get(url.partition("://")[0])
    return f"Run `{command_for(extra)}`." if extra else "Install the package that the message names."


def failures() -> tuple[type[Exception], ...]:
    """What an action of a store may raise: of the libraries that are loaded, their own base classes."""
    loaded = ((sys.modules.get(module), names) for module, names in _LIBRARIES.items())
    found = [getattr(module, name, None) for module, names in loaded if module is not None for name in names]
    return (*_FAILURES, *(one for one in found if isinstance(one, type)))


def must_have_bucket(url: str) -> None:
    """Refuse an address in a bucket that does not exist: it is misspelt, and nobody asked to have it made.

    Raises:
        MigrationError: RUN013 without the bucket, RUN018 when the store does not answer.
    """
    store, path = open_store(url)
    if not _has_buckets(store):
        return
    bucket = path.partition("/")[0]

    def exists() -> bool:
        try:
            return bool(store.exists(bucket))
        except PermissionError:
            return True  # it may be written and not listed

    if not patiently(url, exists):
        raise MigrationError(
            "RUN013",
            f"{url}: there is no bucket {bucket!r}",
            "Check the address, or create the bucket first.",
        )


def _has_buckets(store: Any) -> bool:
    protocols = (store.protocol,) if isinstance(store.protocol, str) else store.protocol
    return not _WITH_BUCKETS.isdisjoint(protocols)


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
                "RUN013", f"{what}: it does not exist, or no longer does", "Check the address."
            ) from error
        except failures() as error:
            if attempt == TRIES:
                raise MigrationError(
                    code,
                    f"{what}: {type(error).__name__}: {error} ({TRIES} tries)",
                    "Check the store and the credentials, and run the same command again.",
                ) from error
            _log.warning("%s: %s: %s; try %d of %d", what, type(error).__name__, error, attempt, TRIES)
            time.sleep(pause)
            pause *= 3
    raise AssertionError("unreachable")


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
                    "SEC006", f"{url} lists {name!r} outside itself", "Do not trust this store."
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
            f"not enough scratch space for {path} ({size >> 20} MB)",
            "Free space, or set another folder in TMPDIR.",
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
        key=lambda path: (path.name == RECORD, path.as_posix()),
    )
    for file in files:
        upload_file(file, store, posixpath.join(root, file.relative_to(folder).as_posix()))


def upload_file(file: Path, store: Any, path: str) -> None:
    """Upload one file.

    Raises:
        MigrationError: RUN017 after the last try.
    """

    def put() -> None:
        if not _has_buckets(store):  # there, it would create a bucket of whatever name
            store.makedirs(posixpath.dirname(path), exist_ok=True)
        store.put_file(str(file), path)
        store.invalidate_cache()
        arrived = int(store.info(path)["size"])
        if arrived != file.stat().st_size:
            raise EOFError(f"{arrived} of {file.stat().st_size} bytes arrived")

    patiently(f"upload of {path}", put, "RUN017")
