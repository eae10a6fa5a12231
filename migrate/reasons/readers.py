"""Why an archive could not be held against a release of Keras 3."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "RDR001",
        "unknown-reader",
        "A named reader is not a release of Keras 3.",
        "Minors (`3.9`), releases (`3.12.1`), ranges (`3.9-3.12`, `3.12-`), `newest`, `nightly` and `all` are known.",
    ),
    blocker(
        "RDR002",
        "reader-missing",
        "The release of Keras that is to read an archive cannot be installed.",
        "Each reader is installed from the package registry that pip is configured for, once, into a cache folder "
        "(`KERAS_MIGRATE_READERS`, else `keras-migrate/readers` in the user's cache). Without a registry, copy that "
        "folder from a machine that has one.",
    ),
    blocker(
        "RDR003",
        "backend-missing",
        "The backend below a reader cannot be installed.",
        "It comes from the same registry as the readers, once for all of them. Name another one with `--backends`.",
    ),
    note(
        "RDR004",
        "no-reader-reference",
        "There is nothing to compare the archive with.",
        "No recording stands beside it, and the release that wrote it cannot be installed or refuses it. Record inputs "
        "and outputs as `MODEL.golden.npz`.",
    ),
    reason(
        "RDR006",
        "reader-differs",
        "A release of Keras 3 that was named does not load what would be written, or computes something else.",
        "Nothing was written. The finding names the release and what it says. Leave it out of `--for`, or look up what "
        "it lacks: `keras-migrate check` shows the whole matrix.",
        Severity.SILENT,
    ),
    reason(
        "RDR005",
        "no-keras3-archive",
        "The file is not a Keras 3 archive.",
        "Readers are releases of Keras 3, and what they read is `.keras` archives; `keras-migrate models` makes them.",
    ),
    reason(
        "RDR007",
        "no-file-for-keras-2",
        "No file can be kept for the Keras 2 release that `--for` names.",
        "Nothing is written back for Keras 2: what it loads is the file that it, or an earlier Keras 2, wrote. That "
        "file is only kept beside the migrated model where tf-keras loads it as it is and computes the same.",
    ),
    note(
        "RDR008",
        "file-for-keras-2",
        "The file of Keras 2 was kept beside the migrated model.",
        "Both are compared with one proof. Where stock Keras 3 computes the same of the old file, it serves both by "
        "itself; else `load_model.py` takes the one for the Keras that is installed.",
    ),
    reason(
        "RDR009",
        "int4-packed-otherwise",
        "The archive holds int4 weights in a layer that is not rewritten, and a release that was named packs them in "
        "another way, or does not know them.",
        "int4 came with 3.11, and 3.14 changed how two weights share a byte. RDR115 and RDR116 write Dense, "
        "EinsumDense and Embedding for the others. Left are layers of other classes, and what quantizes its inputs in "
        "a way of its own. Nothing was written. Name releases of the writer's side, 3.11 to 3.13 or 3.14 and later, or "
        "quantize the model that is not quantized again, with a release of the other side.",
    ),
)
