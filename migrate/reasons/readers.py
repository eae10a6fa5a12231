"""Why an archive could not be compared across releases of Keras 3."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "RDR001",
        "unknown-reader",
        "A named reader is not a release of Keras 3.",
        "Use minors (`3.9`), releases (`3.12.1`), ranges (`3.9-3.12`, `3.12-`), `newest`, `nightly` or `all`.",
    ),
    blocker(
        "RDR002",
        "reader-missing",
        "The Keras release that should read an archive cannot be installed.",
        "Each reader is installed once from the package registry that pip is configured for, into a cache folder "
        "(`KERAS_MIGRATE_READERS`, otherwise `keras-migrate/readers` in the user's cache). Without a registry, copy "
        "that folder from a machine that has one.",
    ),
    blocker(
        "RDR003",
        "backend-missing",
        "The backend for a reader cannot be installed.",
        "It comes from the same registry as the readers, once for all of them. Select another one with `--backends`.",
    ),
    note(
        "RDR004",
        "no-reader-reference",
        "There is nothing to compare the archive with.",
        "There is no recording next to it, and the release that wrote it cannot be installed or refuses it. Record "
        "inputs and outputs as `MODEL.golden.npz`.",
    ),
    reason(
        "RDR006",
        "reader-differs",
        "A named release of Keras 3 does not load the result, or computes something different.",
        "Nothing was written. The finding names the release and its message. Leave it out of `--for`, or look up what "
        "it lacks: `keras-migrate check` shows the whole matrix.",
        Severity.SILENT,
    ),
    reason(
        "RDR005",
        "no-keras3-archive",
        "The file is not a Keras 3 archive.",
        "Readers are releases of Keras 3 and read `.keras` archives; `keras-migrate models` creates them.",
    ),
    reason(
        "RDR007",
        "no-file-for-keras-2",
        "No file can be kept for the Keras 2 release that `--for` names.",
        "Nothing is converted back to Keras 2: it can only load the file that it, or an earlier Keras 2, wrote. That "
        "file is kept next to the migrated model only if tf-keras loads it unmodified and computes the same.",
    ),
    note(
        "RDR008",
        "file-for-keras-2",
        "The Keras 2 file was kept next to the migrated model.",
        "Both are compared with one proof. If stock Keras 3 computes the same with the old file, this file alone "
        "serves both; otherwise `load_model.py` selects the file for the installed Keras.",
    ),
    reason(
        "RDR009",
        "int4-packed-otherwise",
        "The archive contains int4 weights in a layer that is not rewritten, and a named release packs them "
        "differently, or does not support them.",
        "int4 came with 3.11, and 3.14 changed how two weights share a byte. RDR115 and RDR116 convert Dense, "
        "EinsumDense and Embedding for the others. Layers of other classes, and layers that quantize their inputs in "
        "their own way, are not converted. Nothing was written. Name releases on the writer's side, 3.11 to 3.13 or "
        "3.14 and later, or quantize the unquantized model again with a release on the other side.",
    ),
)
