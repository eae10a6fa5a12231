"""The Python interface: the same power as the command line."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.pipeline.request import ArtifactRequest, Options

if TYPE_CHECKING:
    from migrate.results import ArtifactResult


def migrate_model(path: str | Path, out: str | Path, options: Options | None = None) -> ArtifactResult:
    """Migrate one model file and prove it equal.

    Args:
        path: HDF5 file, ``.keras`` archive, weights beside their architecture.
        out: folder; the outputs go to ``out/STEM/``.
        options: as on the command line.

    Returns:
        The row of the report: status, outputs relative to ``out``, rules, findings, parity.
    """
    from migrate.pipeline.migrate import migrate_artifact
    from migrate.worlds.pool import Pool

    source = Path(path).resolve()
    request = ArtifactRequest(source, source.name, Path(out).resolve(), source.name.split(".")[0])
    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(1, Path(folder), sources=[source.parent]) as pool,
        pool.slot() as slot,
    ):
        return migrate_artifact(request, options or Options(), slot)
