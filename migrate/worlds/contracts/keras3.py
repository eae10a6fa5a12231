"""What the reader world is asked about archives of Keras 3."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrate.worlds.contracts.call import Call, Reply


class DescribedKeras3(Reply, frozen=True):
    """An archive of Keras 3.

    Attributes:
        version: of the Keras that wrote it.
        precision: the half precision that it computes in, or nothing.
        uses: by input, what is known of its values.
        has_masks: whether numbers depend on a mask.
        has_int4: whether weights are packed as int4.
        masks_softmax: whether numbers may depend on a softmax over what is masked.
    """

    version: str
    precision: str
    uses: dict[str, dict[str, float]]
    has_masks: bool = False
    has_int4: bool = False
    masks_softmax: bool = False


class DescribeKeras3(Call[DescribedKeras3], frozen=True):
    """Say who wrote an archive of Keras 3; raises ``RDR005`` for anything else."""

    path: Path


class ArchiveFor(msgspec.Struct, frozen=True):
    """An archive in the worker's folder, the readers that it is for, and the codes of the rules that changed it."""

    file: str
    readers: list[str]
    rules: list[str]


class RewrittenKeras3(Reply, frozen=True):
    """Archives that hold the same model, one for those readers that can share it; that of the newest first."""

    archives: list[ArchiveFor]


class RewriteKeras3(Call[RewrittenKeras3], frozen=True):
    """Rewrite an archive of Keras 3 for the readers named; raises ``RDR005`` for anything else."""

    path: Path
    readers: str
