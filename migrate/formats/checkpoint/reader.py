"""Reading a whole checkpoint: its layout, its variables, and the layers they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrate.formats.artifact import Format, LayerWeights, LegacyArtifact, Writer
from migrate.formats.checkpoint.bundle import OBJECT_GRAPH, Bundle, read_bundle
from migrate.formats.checkpoint.layers import (
    LayerAssignment,
    assign_by_names,
    assign_by_objects,
    stored_array,
)
from migrate.formats.checkpoint.locate import digest_of_parts, find_prefix, parts_of
from migrate.formats.checkpoint.objects import ObjectGraph, read_object_graph
from migrate.formats.limits import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

_COUNTERS = (
    "save_counter",
    "train_counter",
    "test_counter",
    "predict_counter",
    "ckpt_saved_epoch",
    "ckpt_saved_batch",
)
INTERNAL = frozenset({OBJECT_GRAPH, *(f"{name}/.ATTRIBUTES/VARIABLE_VALUE" for name in _COUNTERS)})
"""Keys of bookkeeping: of ``Model.fit``, and of ``BackupAndRestore``."""


@dataclass(slots=True)
class Checkpoint:
    """A checkpoint, open for reading.

    Attributes:
        prefix: its prefix.
        bundle: its tensors.
        graph: its objects; None for the name-based layout of TF1.
        missing: files that must be there and are not.
        meta: the ``.meta`` graph beside it, if any.
    """

    prefix: Path
    bundle: Bundle
    graph: ObjectGraph | None
    missing: list[Path] = field(default_factory=list)
    meta: Path | None = None

    @property
    def layout(self) -> str:
        """``"object"`` or ``"name"``."""
        return "name" if self.graph is None else "object"

    def names(self) -> list[str]:
        """Keys of the variables, without bookkeeping."""
        return [name for name in self.bundle if name not in INTERNAL]


def open_checkpoint(path: Path) -> Checkpoint:
    """Open the checkpoint that a prefix, file or directory stands for; nothing but the index is read.

    Raises:
        MigrationError: FMT022 incomplete or ambiguous, FMT015 damaged.
    """
    prefix = find_prefix(path)
    bundle = read_bundle(prefix)
    missing = bundle.missing_shards()
    graph = None if missing else read_object_graph(bundle)
    meta = prefix.with_name(prefix.name + ".meta")
    return Checkpoint(prefix, bundle, graph, missing, meta if meta.is_file() else None)


def read_checkpoint(
    path: Path, architecture: dict[str, Any] | None = None, *, values: bool = True
) -> LegacyArtifact:
    """Read a checkpoint into layers, by object path or by name.

    Args:
        path: prefix, file or directory.
        architecture: root configuration; without it all variables are given to the root under their keys.
        values: False leaves values in the shards: arrays have shape and dtype only, and ``sha256`` is empty.

    Returns:
        an artifact whose ``metadata`` has ``layout``, ``unmatched`` (keys that no layer owns) and ``tables`` (lookup
        tables by layer path).

    Raises:
        MigrationError: FMT022 incomplete, FMT015 damaged, WGT006 objects that do not fit the architecture.
    """
    checkpoint = open_checkpoint(path)
    bundle = checkpoint.bundle
    if checkpoint.missing and values:
        bundle[next(iter(bundle))]  # names the missing shard
    if architecture is None:
        arrays = [stored_array(bundle, key, key, values=values) for key in checkpoint.names()]
        assigned = LayerAssignment(weights=[LayerWeights((), arrays)])
    elif checkpoint.graph is None:
        assigned = assign_by_names(bundle, architecture, values=values)
    else:
        assigned = assign_by_objects(bundle, checkpoint.graph, architecture, values=values)
    unmatched = [key for key in assigned.unmatched if key not in INTERNAL]
    return LegacyArtifact(
        source=checkpoint.prefix,
        sha256=digest_of_parts({path: sha256_of(path) for path in parts_of(checkpoint.prefix)})
        if values
        else "",
        format=Format.CHECKPOINT,
        writer=Writer(backend="tensorflow"),
        architecture=architecture,
        weights=assigned.weights,
        optimizer_weights=assigned.optimizer,
        metric_weights=assigned.metrics,
        metadata={"layout": checkpoint.layout}
        | ({"unmatched": unmatched} if unmatched else {})
        | ({"tables": assigned.tables} if assigned.tables else {}),
    )
