"""How stock Keras 3 handles the untouched file: measured, so that nothing has to be guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrate.findings import Status
from migrate.formats.artifact import Format
from migrate.outcomes import status_of
from migrate.parity.compare import bounded
from migrate.pipeline.comparison import release
from migrate.pipeline.proof import outputs_of
from migrate.results import Untouched, UntouchedOutcome
from migrate.worlds.contracts.stock import LoadKeras, PredictOnBatch
from migrate.worlds.host.ends import ENDED, WorldError

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.pipeline.progress import Progress, ReferenceRun
    from migrate.pipeline.proof import Comparator
    from migrate.pipeline.staging import Staged
    from migrate.worlds.host.pool import Slot

WHOLE_MODELS = frozenset({Format.HDF5_MODEL, Format.KERAS_ARCHIVE})
"""The kinds that ``keras.saving.load_model`` accepts; it rejects anything else by its kind."""
_LONGEST = 300
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WHERE = re.compile(r"\s*(Exception encountered when calling|in user code:|File \"|Traceback)")


def ask_stock_keras(slot: Slot, staged: Staged, judge: Comparator, progress: Progress) -> None:
    """Record how stock Keras handles the untouched file, if it is a whole model in which the scan found nothing."""
    suspicious = any(status_of(finding.code) is Status.UNSAFE for finding in progress.findings)
    if staged.format in WHOLE_MODELS and progress.witnesses and not suspicious:
        with progress.phase("untouched"):
            progress.untouched = load_untouched(slot, staged.source, progress.witnesses[-1], judge)
        release(slot.stock, progress)


def load_untouched(slot: Slot, source: Path, witness: ReferenceRun, judge: Comparator) -> Untouched:
    """Load the untouched file with ``keras.saving.load_model`` in safe mode and compare it with a reference.

    Args:
        slot: whose stock world is used; its previous model is discarded.
        source: the staged file, which passed the scan.
        witness: inputs, and the expected outputs of the model.
        judge: as for the migrated model.
    """
    try:
        slot.stock.ask(LoadKeras(source))
    except (WorldError, *ENDED) as error:
        return Untouched(UntouchedOutcome.DOES_NOT_LOAD, reason=error_line(error.message))
    try:
        results = outputs_of(slot.stock, PredictOnBatch(witness.probes))
    except (WorldError, *ENDED) as error:
        return Untouched(UntouchedOutcome.DOES_NOT_RUN, reason=error_line(error.message))
    comparisons = judge.compare(witness.outputs, results, witness.slack)
    worst = bounded(max((comparison.max_rel for comparison in comparisons), default=0.0))
    if all(comparison.equal for comparison in comparisons):
        return Untouched(UntouchedOutcome.EQUAL, worst)
    reason = next(comparison.reason for comparison in comparisons if not comparison.equal)
    return Untouched(UntouchedOutcome.DIFFERS, worst, error_line(reason))


def error_line(text: str) -> str:
    """The line with the actual error: Keras errors start with their location, in terminal colours."""
    plain = _COLOUR.sub("", text)
    line = next((line.strip() for line in plain.splitlines() if line.strip() and not _WHERE.match(line)), "")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
