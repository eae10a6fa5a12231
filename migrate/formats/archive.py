"""``.keras`` archives of 2.12 to 2.15 and 3.x, and ``*.weights.h5`` in the same group layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py

from migrate.findings import MigrationError
from migrate.formats.architecture import decode_architecture
from migrate.formats.archive_layout import Assignment, assign_layers, other_state
from migrate.formats.archive_tree import ArchiveTree, is_archive_layout
from migrate.formats.artifact import Format, LegacyArtifact, SavedArray, Writer
from migrate.formats.hdf5_access import H5Source
from migrate.formats.limits import (
    MAX_ARCHITECTURE_BYTES,
    MAX_ASSET_BYTES,
    MAX_DEPTH,
    MAX_MEMBERS,
    decode_json,
    sha256_of,
)
from migrate.formats.writers import spellings, stored_writer
from migrate.formats.zip_access import ZipSource

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
_SHARDED = "model.weights.json"


def is_archive_of(members: Collection[str]) -> bool:
    """Whether these are the members of a ``.keras`` archive: a configuration, and weights or metadata beside it."""
    return CONFIG in members and any(name in members for name in (WEIGHTS, METADATA, _SHARDED))


def read_archive(
    path: Path, architecture: dict[str, Any] | None = None, *, values: bool = True
) -> LegacyArtifact:
    """Read a ``.keras`` archive, or weights in the archive layout.

    Args:
        path: the file, whatever its suffix.
        architecture: for weights alone: the root configuration that names the layers. Without it, all arrays
            are given to the root under their structural paths.
        values: False leaves the values where they are: arrays have shape and dtype only, ``sha256`` is empty.

    Raises:
        MigrationError: FMT015 damaged, WGT006 groups that match no layers, SEC003, SEC004 and SEC006 hostile
            content.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if head != b"PK\x03\x04":
        return _read_weights(path, architecture, values=values)
    with ZipSource(path) as archive:
        if CONFIG not in archive.members:
            raise MigrationError(
                "FMT023", "a zip archive without config.json", "Give a .keras file.", str(path)
            )
        root = decode_architecture(archive.read(CONFIG, MAX_ARCHITECTURE_BYTES), CONFIG, str(path))
        metadata = _metadata(archive)
        tree = _weights_of(archive, values=values)
        writer = _writer(metadata, root, tree)
        assigned = assign_layers(tree, root)
        return _artifact(
            path,
            Format.KERAS_ARCHIVE,
            writer,
            root,
            tree,
            assigned=assigned,
            values=values,
            metadata=metadata,
            assets=_assets(archive, assigned, values=values),
        )


def _read_weights(path: Path, architecture: dict[str, Any] | None, *, values: bool) -> LegacyArtifact:
    with H5Source(path, str(path), path.stat().st_size, values=values) as source:
        if not is_archive_layout(source.children(source.file)):
            raise MigrationError("FMT023", "not in the archive layout", "Read it with read_hdf5.", str(path))
        tree = read_tree(source)
    assigned = assign_layers(tree, architecture)
    writer = _writer({}, architecture or {}, tree)
    return _artifact(
        path, Format.WEIGHTS_ARCHIVE, writer, architecture, tree, assigned=assigned, values=values
    )


def _artifact(
    path: Path,
    format_: Format,
    writer: Writer,
    root: dict[str, Any] | None,
    tree: ArchiveTree,
    *,
    assigned: Assignment,
    values: bool,
    metadata: dict[str, Any] | None = None,
    assets: dict[str, bytes] | None = None,
) -> LegacyArtifact:
    optimizer, metrics = other_state(tree)
    training = (root or {}).get("compile_config")
    return LegacyArtifact(
        source=path,
        sha256=sha256_of(path) if values else "",
        format=format_,
        writer=writer,
        architecture=root,
        weights=assigned.weights,
        training=training if isinstance(training, dict) and training else None,
        optimizer_weights=optimizer,
        metric_weights=metrics,
        assets=assets or {},
        metadata=(metadata or {}) | ({"shared_layers": assigned.shared} if assigned.shared else {}),
    )


def read_tree(source: H5Source) -> ArchiveTree:
    """All groups and arrays of an archive's weights, by path.

    Raises:
        MigrationError: SEC004 when groups are nested or numbered beyond reason (hard links can run in
            circles).
    """
    groups: set[str] = set()
    arrays: dict[str, SavedArray] = {}
    todo: list[tuple[str, h5py.Group]] = [("", source.file)]
    while todo:
        path, group = todo.pop()
        for name in source.children(group):
            child_path = f"{path}/{name}" if path else name
            if child_path.count("/") > MAX_DEPTH or len(groups) + len(arrays) > MAX_MEMBERS:
                raise MigrationError(
                    "SEC009",
                    "groups nested without end",
                    "No Keras writes this.",
                    source.place,
                )
            child = source.get(group, name)
            if child is None:
                raise MigrationError(
                    "FMT015", f"{child_path} points to nothing", "Fetch the file again.", source.place
                )
            if isinstance(child, h5py.Dataset):
                arrays[child_path] = source.array(child, child_path)
                if source.text(child, "dtype") == "bfloat16":
                    arrays[child_path].stored_dtype = "bfloat16"
            else:
                groups.add(child_path)
                todo.append((child_path, child))
    return ArchiveTree(groups, arrays, source.place)


def _weights_of(archive: ZipSource, *, values: bool) -> ArchiveTree:
    if WEIGHTS not in archive.members:
        if _SHARDED in archive.members:
            raise MigrationError(
                "FMT013", "weights in shards, which only Keras 3 writes", "Nothing to migrate.", archive.place
            )
        raise MigrationError(
            "FMT015", f"the archive contains no {WEIGHTS}", "Fetch the file again.", archive.place
        )
    size = archive.members[WEIGHTS].file_size
    with (
        archive.stream(WEIGHTS, check=values) as stream,
        H5Source(stream, f"{archive.place}!{WEIGHTS}", size, values=values) as source,
    ):
        return read_tree(source)


def _metadata(archive: ZipSource) -> dict[str, Any]:
    if METADATA not in archive.members:
        return {}
    value = decode_json(archive.read(METADATA, MAX_ARCHITECTURE_BYTES), METADATA, archive.place)
    return value if isinstance(value, dict) else {}


def _assets(archive: ZipSource, assigned: Assignment, *, values: bool) -> dict[str, bytes]:
    """Assets by layer path, empty without values; those of no known layer keep their path in the archive."""
    assets = {}
    for member, info in archive.members.items():
        if not member.startswith(ASSETS) or info.is_dir():
            continue
        path = member.removeprefix(ASSETS)
        group = path
        while group and group not in assigned.groups:
            group = group.rpartition("/")[0]
        key = "/".join((*assigned.groups[group], path[len(group) + 1 :])) if group else path
        assets[key] = archive.read(member, MAX_ASSET_BYTES) if values else b""
    return assets


def _writer(metadata: dict[str, Any], root: dict[str, Any], tree: ArchiveTree) -> Writer:
    version = metadata.get("keras_version")
    stored = stored_writer(version if isinstance(version, str) else None, None)
    layout, clue = _layout(stored, tree)
    backend = metadata.get("backend")
    if stored.keras is None or (stored.keras_release or (0, 0)) < (3, 0):
        backend = "tensorflow"
    clues = [stored.evidence, clue]
    if _any_module(root, "tf_keras"):
        clues.append("written by the tf-keras package (module names)")
    return Writer(
        stored.keras,
        stored.tensorflow,
        backend if isinstance(backend, str) else None,
        layout,
        "; ".join(filter(None, clues)),
    )


def _layout(writer: Writer, tree: ArchiveTree) -> tuple[str, str]:
    """The release whose group layout this is, and how that was told."""
    old = "_layer_checkpoint_dependencies" in tree.groups
    release = writer.keras_release
    if release is not None:
        if release >= (3, 0):
            return "3", ""
        return f"{release[0]}.{min(release[1], 15)}", ""
    if not old:
        return "2.15", "layout 2.15 or later, by the group 'layers'"
    doubled = any(
        group.rsplit("_", 1)[-1].isdigit() and f"{group.rsplit('_', 1)[0]}_1" not in tree.groups
        for group in tree.groups
    )
    return (
        ("2.13", "layout 2.12 or 2.13, by doubled group numbers")
        if doubled
        else ("2.14", "layout by its groups")
    )


def _any_module(root: dict[str, Any], prefix: str) -> bool:
    arguments, _ = spellings(root)
    return "module" in arguments and f'"{prefix}' in repr_modules(root)


def repr_modules(root: Any) -> str:
    """All ``module`` values of a configuration, quoted and joined."""
    found: set[str] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if isinstance(node.get("module"), str):
                found.add(node["module"])
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return " ".join(f'"{module}"' for module in sorted(found))
