"""Blockers in the file itself."""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    blocker(
        "FMT004",
        "no-architecture",
        "Weights without an architecture.",
        "Pass it with `--architecture model.json` or `file.py:function`; `keras-migrate weights` extracts the arrays.",
    ),
    blocker(
        "FMT007",
        "no-architecture-grammar",
        "The text is not an architecture of layers.",
        "Export it again with `model.to_json()`.",
    ),
    reason(
        "FMT018",
        "unloadable-graph",
        "TensorFlow cannot load the SavedModel.",
        "Check that it is complete and that every custom op it uses is installed.",
    ),
    note(
        "FMT016",
        "graph-without-objects",
        "A TF1 SavedModel contains a graph but no Python objects.",
        "It is migrated through its signatures.",
    ),
    note(
        "FMT027",
        "architecture-alone",
        "The file is an architecture without weights.",
        "Weights are initialised in the legacy world and copied to the other, so that the architectures are "
        "compared. If files near it may contain its weights, it is `unverified`.",
    ),
    note(
        "FMT029",
        "unused-architecture",
        "`--architecture` was given for a file that contains its own architecture.",
        "The option was ignored: a whole model is migrated with the architecture in its file. Use it for weights, "
        "checkpoints, and SavedModels whose metadata contains no layers.",
    ),
    blocker(
        "FMT026",
        "pointer",
        "The file is only a git-lfs or git-annex pointer.",
        "Run `git lfs pull` (`git annex get`) in its repository.",
    ),
)
