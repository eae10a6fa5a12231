"""Keras SavedModels as artifacts: architecture from the metadata, weights by object path, no revived objects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.artifact import Format, LegacyArtifact
from migrate.formats.checkpoint.layers import LayerAssignment, assign_by_objects
from migrate.formats.checkpoint.reader import open_checkpoint
from migrate.formats.checkpoint.slots import optimizer_arrays
from migrate.formats.limits import MAX_ASSET_BYTES, sha256_of
from migrate.formats.saved_model.reader import SavedModel, read_saved_model
from migrate.formats.saved_model.tables import static_tables
from migrate.formats.vocabulary import restore_vocabularies
from migrate.formats.writers import stored_writer

if TYPE_CHECKING:
    from migrate.formats.artifact import Writer
    from migrate.formats.saved_model.reader import MetaGraph


def read_keras_saved_model(
    path: Path, architecture: dict[str, Any] | None = None, *, values: bool = True
) -> LegacyArtifact:
    """Read a SavedModel that Keras wrote.

    Args:
        path: the directory, or its ``saved_model.pb``.
        architecture: for subclassed models whose metadata holds none.
        values: False leaves values in the shards, and ``sha256`` empty.

    Returns:
        an artifact; ``architecture`` is None when the metadata holds none (then there are no ``weights`` either, and
        the signatures are what can be migrated). ``metadata`` has ``signatures``, ``tables`` (lookup tables by
        layer path: ``{"keys", "values"}`` or ``{"asset"}``), ``states`` and ``unmatched``.

    Raises:
        MigrationError: FMT015 damaged, FMT022 incomplete, WGT006 objects that do not fit the architecture.
    """
    model = read_saved_model(path)
    root = architecture or model.architecture
    assigned = LayerAssignment()
    has_variables = model.variables_prefix.with_name("variables.index").is_file()
    if root is not None and has_variables:
        checkpoint = open_checkpoint(model.variables_prefix)
        if checkpoint.missing and values:
            raise MigrationError(
                "FMT022",
                f"{checkpoint.missing[0].name} is missing",
                "Fetch the whole SavedModel directory again.",
                str(path),
            )
        if checkpoint.graph is not None:
            assigned = assign_by_objects(checkpoint.bundle, checkpoint.graph, root, values=values)
            _check_names(model, assigned)
            assigned.optimizer = optimizer_arrays(
                checkpoint.bundle,
                checkpoint.graph,
                assigned.names,
                [a.name for a in assigned.optimizer],
                values=values,
            )
    meta = model.serving
    metadata: dict[str, Any] = {"signatures": signature_table(meta)}
    tables = assigned.tables | _layer_tables(meta, assigned)
    if tables:
        metadata["tables"] = tables
    if assigned.states:
        metadata["states"] = assigned.states
    if assigned.unmatched:
        metadata["unmatched"] = assigned.unmatched
    if model.missing:
        metadata["missing"] = model.missing
    artifact = LegacyArtifact(
        source=path,
        sha256=sha256_of(model.path) if values else "",
        format=Format.SAVED_MODEL,
        writer=saved_model_writer(model),
        architecture=root,
        weights=assigned.weights,
        training=model.training,
        optimizer_weights=assigned.optimizer,
        metric_weights=assigned.metrics,
        assets=_assets(model, meta) if values else dict.fromkeys(meta.assets, b""),
        metadata=metadata,
    )
    if values:
        restore_vocabularies(artifact)
    return artifact


def saved_model_writer(model: SavedModel) -> Writer:
    """Who wrote a SavedModel: TensorFlow says so always, Keras where it was involved."""
    return stored_writer(model.keras_version or None, "tensorflow", model.serving.tensorflow or None)


def signature_table(meta: MetaGraph) -> dict[str, Any]:
    """Signatures as plain data: name → method, inputs and outputs in order, each key with dtype and shape."""
    return {
        signature.name: {
            "method": signature.method,
            "inputs": {t.key: {"dtype": t.dtype, "shape": _shape(t.shape)} for t in signature.inputs},
            "outputs": {t.key: {"dtype": t.dtype, "shape": _shape(t.shape)} for t in signature.outputs},
        }
        for signature in meta.signatures
    }


def _layer_tables(meta: MetaGraph, assigned: LayerAssignment) -> dict[str, dict[str, Any]]:
    """Static tables by layer path and attribute; those of no layer by their object path."""
    by_group = {group: layer for layer, group in assigned.groups.items()}
    tables = {}
    for path, table in static_tables(meta).items():
        size = next((n for n in range(len(path), 0, -1) if path[:n] in by_group), 0)
        owner = by_group[path[:size]] if size else ()
        tables["/".join((*owner, *path[size:]))] = table
    return tables


def _shape(shape: tuple[int | None, ...] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def _check_names(model: SavedModel, assigned: LayerAssignment) -> None:
    """Each layer of the architecture must be the object that the metadata calls by its name.

    Raises:
        MigrationError: WGT006.
    """
    by_path = {path: number for number, path in model.serving.objects.paths.items()}
    for layer, path in assigned.groups.items():
        number = by_path.get(path)
        stored = model.keras_nodes.get(number, {}).get("name") if number is not None else None
        if stored is not None and stored != layer[-1]:
            raise MigrationError(
                "WGT006",
                f"{'.'.join(path)} is named {stored!r} in the metadata and {layer[-1]!r} in the architecture",
                "Please report this SavedModel with the version that wrote it.",
                str(model.path),
            )


def _assets(model: SavedModel, meta: MetaGraph) -> dict[str, bytes]:
    """The files that the graph refers to, by name; missing ones are left out (``metadata["missing"]`` names them)."""
    found = {}
    total = 0
    for name in meta.assets:
        path = model.path / "assets" / name
        if not path.is_file() or ".." in Path(name).parts:
            continue
        total += path.stat().st_size
        if total > MAX_ASSET_BYTES:
            raise MigrationError(
                "SEC004", f"assets of {total:,} bytes", "Check the directory.", str(model.path)
            )
        found[name] = path.read_bytes()
    return found
