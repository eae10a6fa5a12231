"""The Python interface: the same power as the command line."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.pipeline.request import ArtifactRequest, Options

if TYPE_CHECKING:
    from migrate.results import ArtifactResult


def migrate_model(
    path: str | Path, out: str | Path, options: Options | None = None, *, require_sandbox: bool = False
) -> ArtifactResult:
    """Migrate one model file and prove it equal.

    Args:
        path: HDF5 file, ``.keras`` archive, weights next to their architecture.
        out: folder; the outputs go to ``out/STEM/``.
        options: as on the command line.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        The row of the report: status, outputs relative to ``out``, rules, findings, parity.

    Raises:
        MigrationError: ``RUN006`` with ``require_sandbox``.
    """
    from migrate.pipeline.migrate import migrate_artifact
    from migrate.worlds.host.pool import Pool

    announce(require_sandbox)
    source = Path(
        path
    ).absolute()  # not resolved: a link's target has another name and other files next to it
    request = ArtifactRequest(source, source.name, Path(out).resolve(), source.name.split(".")[0])
    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(1, Path(folder), sources=[source.parent, source]) as pool,
        pool.slot() as slot,
    ):
        return migrate_artifact(request, options or Options(), slot)


def announce(required: bool) -> None:
    """Warn about each guarantee that this machine's sandbox cannot give, before anything is parsed.

    Raises:
        MigrationError: ``RUN006`` if there is one and all are required.
    """
    from migrate.worlds.host.sandbox import granted, shortfall

    for finding in shortfall(granted()):
        if required:
            raise MigrationError(finding.code, finding.message, finding.hint)
        warnings.warn(f"{finding.code} {finding.message}. {finding.hint}", stacklevel=3)
