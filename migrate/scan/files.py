"""One entry point for every kind of file: what it is, and what it hides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.links import stays
from migrate.scan import graph
from migrate.scan.config import NO_FILES
from migrate.scan.content import Content
from migrate.scan.look import scan_content
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})
_SHARD = re.compile(r"variables/variables\.data-\d{5}-of-\d{5}")


@dataclass(frozen=True, slots=True)
class Scan:
    """The findings of one artifact.

    Attributes:
        path: the file or SavedModel folder.
        kind: ``hdf5``, ``archive``, ``saved-model``, ``graph``, ``configuration``, ``pickle``, ``numpy``, ``packed``
            for a compressed file or another archive, or ``other`` for what no model loader would open.
        findings: worst first; empty if nothing was found.
    """

    path: Path
    kind: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """``unsafe``, ``warning`` or ``clean``."""
        if is_unsafe(self.findings):
            return "unsafe"
        return "warning" if self.findings else "clean"


def is_unsafe(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Whether something with these findings must not be loaded without the user's explicit trust."""
    return any(finding.code.startswith("SEC") and finding.severity is Severity.ERROR for finding in findings)


def scan_artifact(path: Path) -> list[Finding]:
    """Findings of one file or SavedModel folder, worst first; an empty list means that nothing was found.

    Raises:
        MigrationError: FMT021 if the path cannot be read.
    """
    return list(scan_one(path).findings)


def scan_one(path: Path) -> Scan:
    """The kind and the findings of one file or SavedModel folder.

    Raises:
        MigrationError: FMT021 if the path cannot be read.
    """
    try:
        if path.is_dir():
            kind, findings = "saved-model", list(_saved_model(path))
        else:
            kind, findings = scan_content(Content.of_file(path), path.name)
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot read {path.name}: {error.strerror or error}",
            "Check its permissions.",
            str(path),
        ) from error
    order = {Severity.ERROR: 0, Severity.SILENT: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return Scan(path, kind, tuple(sorted(findings, key=lambda finding: order[finding.severity])))


def artifacts(root: Path, left_out: list[Path] | None = None, *, dangling: bool = False) -> Iterator[Path]:
    """Every file below ``root`` in order, a SavedModel as its folder.

    Links to folders are not followed, and folders that belong to tools are not scanned; they are
    appended to ``left_out``. An unreadable folder is yielded itself: its reader reports the reason.

    Args:
        root: a folder, or a file.
        left_out: filled as described above.
        dangling: also yield dangling links: a model may have been there, or git-annex may keep it elsewhere.
    """
    try:
        if not root.is_dir() or _is_saved_model(root):
            yield root
            return
        children = sorted(root.iterdir())
    except PermissionError:
        yield root
        return
    for child in children:
        if child.is_dir():
            if child.name not in _SKIPPED_FOLDERS and not child.is_symlink():
                yield from artifacts(child, left_out, dangling=dangling)
            elif left_out is not None:
                left_out.append(child)
        elif child.is_file() or (dangling and child.is_symlink() and not child.exists()):
            yield child


def scan_tree(root: Path) -> Iterator[Scan]:
    """Scans of everything below a folder, or of one file."""
    for path in artifacts(root):
        try:
            yield scan_one(path)
        except MigrationError as error:
            yield Scan(path, "other", (found("SEC014", error.message, str(path)),))


def _is_saved_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt"))


def _saved_model(folder: Path) -> Iterator[Finding]:
    """Every file of a SavedModel: what a loader reads, and what else is in the folder."""
    if not _is_saved_model(folder):
        yield found("SEC014", "the folder is not a SavedModel; scan the files in it", str(folder))
        return
    root = folder.resolve()
    assets = folder / "assets"
    inside = frozenset(f.name for f in assets.iterdir() if f.is_file()) if assets.is_dir() else NO_FILES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and not stays(path, root):
            yield found("SEC006", f"{name} is a link that leaves the model", name)
        elif path.is_dir():
            continue
        elif not path.exists():
            continue  # a dangling link: the reader reports what is missing
        elif not path.is_file():
            yield found("SEC006", f"{name} is a device or a pipe", name)
        elif name in _READERS:
            content = Content.of_file(path)
            yield from graph.examined(partial(_READERS[name], content.view(), name, inside), name)
        else:
            findings = scan_content(Content.of_file(path), name, member=True)[1]
            # raw values of variables can start like any format by chance, but not continue like it
            yield from (f for f in findings if f.severity is Severity.ERROR or not _SHARD.fullmatch(name))


_READERS = {
    "saved_model.pb": graph.scan_saved_model_proto,
    "keras_metadata.pb": graph.scan_keras_metadata,
}
