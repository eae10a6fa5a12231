"""Why a layer of a package around Keras could not be expressed."""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons.reason import blocker

REASONS: tuple[Rule, ...] = (
    blocker(
        "ECO090",
        "layer-of-a-package",
        "A layer of a package around Keras is known, and this use of it cannot be expressed by stock layers.",
        "The finding names the layer and the reason. Give the code of the class with `--source DIR`, or "
        "migrate a SavedModel of the same model, whose graph holds what the layer computed.",
    ),
    blocker(
        "ECO091",
        "unsupported-layer-of-a-package",
        "A layer of a package around Keras cannot be expressed by stock layers.",
        "The finding names the package and why: what the file leaves out (the module of `hub.KerasLayer`), draws "
        "at random or quantises in every call. A SavedModel of the same model holds the graph of such a layer, and "
        "is migrated with it; `--source DIR` gives the code of the class.",
    ),
)
