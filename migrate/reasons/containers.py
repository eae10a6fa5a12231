"""Blockers in the file itself."""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    blocker(
        "FMT004",
        "no-architecture",
        "Weights without an architecture.",
        "Give it with `--architecture model.json` or `file.py:function`; `keras-migrate weights` extracts the arrays.",
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
        "A TF1 SavedModel holds a graph and no Python objects.",
        "It is migrated through its signatures.",
    ),
    note(
        "FMT027",
        "architecture-alone",
        "The file is an architecture without weights.",
        "Weights are initialised in the legacy world and given to both, so that the architectures are compared. Where "
        "files near it may hold its weights, it is `unverified`.",
    ),
    note(
        "FMT029",
        "unused-architecture",
        "`--architecture` was given for a file that holds an architecture of its own.",
        "Nothing of it was read: a whole model is migrated as its file says. The option is for weights, checkpoints "
        "and for SavedModels whose metadata holds no layers.",
    ),
    blocker(
        "FMT026",
        "pointer",
        "A git-lfs or git-annex pointer stands for the file.",
        "Run `git lfs pull` (`git annex get`) in its repository.",
    ),
)
