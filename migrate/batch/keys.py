"""What makes two migrations the same: content and options. Finished work with the same key is redone only where
the rules changed, see `migrate.batch.ruleset`."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.checkpoint.locate import digest_of_parts
from migrate.formats.limits import sha256_of
from migrate.formats.saved_model.parts import digest_of, named
from migrate.own_code.files import files_below, project_of
from migrate.own_code.read_files import files_named
from migrate.own_code.settings import settings_files
from migrate.pipeline.request import builder_named, encode_options, flags, parse_module
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrate.batch.ledger import Ledger
    from migrate.discovery import Candidate
    from migrate.pipeline.request import Options


def options_digest(options: Options) -> str:
    """A digest of everything in the options that decides a result; named files count by their content.

    Raises:
        MigrationError: FMT021 when a named file cannot be read.
    """
    offered = flags()
    described = {name: value for name, value in encode_options(options).items() if offered[name].decides}
    described["custom_objects"] = [sha256_of(path) for path in options.custom_objects]
    described["source"] = [digest_of_sources(path) for path in options.source]
    described["modern_source"] = [digest_of_sources(path) for path in options.modern_source]
    described["hub_modules"] = [
        [handle, *(sha256_of(file) for file in sorted(folder.rglob("*")) if file.is_file())]
        for handle, folder in map(parse_module, options.hub_modules)
    ]
    if options.architecture is not None:
        file, call = builder_named(options.architecture)
        read = files_named(project_of(file), [file]) if call else []
        described["architecture"] = [call, *map(sha256_of, [file, *read])]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def digest_of_sources(path: Path) -> str:
    """A digest, by content, of the Python files and notebooks of a folder, or of one file, and of the files beside them
    that they name.

    A file that the code wants and that was not there is another digest once it is.
    """
    digest = hashlib.sha256()
    modules = list(files_below(path))
    for file in [*modules, *files_named(path if path.is_dir() else path.parent, modules)]:
        digest.update(f"{file}:{sha256_of(file)}\n".encode())
    return digest.hexdigest()


def key_of(hashes: Iterable[str], options: str) -> str:
    """The key of one artifact from the hashes of its files, source first."""
    return hashlib.sha256("\n".join([*hashes, options]).encode()).hexdigest()[:32]


def state_of(paths: Iterable[Path]) -> list[tuple[int, str]]:
    """What is another one after a change of any of the files.

    Raises:
        OSError: when one cannot be looked at.
    """
    return [changed(path) for path in paths]


def changed(path: Path) -> tuple[int, str]:
    """Size and a token that is another one after a change of the file; of a folder, of all its files.

    A link that leads to nothing is looked at itself.

    Raises:
        OSError: when it cannot be looked at.
    """
    if path.is_dir():
        parts = [
            (child.relative_to(path).as_posix(), *changed(child))
            for child in sorted(path.rglob("*"))
            if child.is_file()
        ]
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
        return sum(part[1] for part in parts), digest
    info = path.lstat() if path.is_symlink() and not path.exists() else path.stat()
    return info.st_size, f"{info.st_mtime_ns}:{info.st_ino}"


class Hasher:
    """SHA-256 of files, remembered in the ledger while size and time of change stay.

    Args:
        ledger: where hashes are remembered.
        threads: files are read side by side.
    """

    def __init__(self, ledger: Ledger, threads: int = 2) -> None:
        self._ledger = ledger
        self._threads = threads
        self._known = ledger.known_hashes()

    def hashes(self, paths: Sequence[Path]) -> dict[Path, str]:
        """Hash of each path; one that cannot be read has the empty one."""
        found: dict[Path, str] = {}
        fresh: list[tuple[Path, int, str]] = []
        for path in paths:
            try:
                size, token = changed(path)
            except OSError:
                found[path] = ""
                continue
            known = self._known.get(printable(path))
            if known is not None and known[:2] == (size, token):
                found[path] = known[2]
            else:
                fresh.append((path, size, token))
        with ThreadPoolExecutor(self._threads) as threads:
            hashed = list(threads.map(lambda item: _quietly(item[0]), fresh))
        rows = []
        for (path, size, token), sha256 in zip(fresh, hashed, strict=True):
            found[path] = sha256
            if sha256:
                rows.append((printable(path), size, token, sha256))
        if rows:
            self._ledger.remember_hashes(rows)
        return found


def _quietly(path: Path) -> str:
    """A file that cannot be read has no hash; its migration will say why."""
    try:
        return sha256_of(path)
    except MigrationError:
        return ""


def keys_of(candidates: Sequence[Candidate], hasher: Hasher, options: Options) -> dict[str, tuple[str, str]]:
    """Source to key and SHA-256 of all its own files. The key of what cannot be read is its name's.

    Raises:
        MigrationError: FMT021 when a file that the options name cannot be read.
    """
    files = list(
        dict.fromkeys(path for one in candidates for path in (one.path, *one.parts, *one.companions))
    )
    hashes = hasher.hashes(files)
    chosen = options_digest(options)
    keys = {}
    for one in candidates:
        own = hashes[one.path]
        if one.format is Format.SAVED_MODEL and one.parts:
            own = digest_of({name: hashes[path] for name, path in named(one.path, one.parts).items()})
        elif one.parts:
            own = digest_of_parts({path: hashes[path] for path in one.parts})
        parts = [own or f"unreadable {one.source}", *sorted(hashes[path] for path in one.companions)]
        parts += sorted(map(_quietly, settings_files(one.path, options.source)))
        keys[one.source] = (key_of(parts, chosen), own)
    return keys
