"""Why a layer from a package built on Keras could not be expressed."""

from __future__ import annotations

from migrate.findings import Rule
from migrate.reasons.reason import blocker

REASONS: tuple[Rule, ...] = (
    blocker(
        "ECO090",
        "layer-of-a-package",
        "A layer from a package built on Keras is known, but stock layers cannot express this use of it.",
        "The finding names the layer and the reason. Supply the code of the class with `--source DIR`, or "
        "migrate a SavedModel of the same model, whose graph contains what the layer computed.",
    ),
    blocker(
        "ECO091",
        "unsupported-layer-of-a-package",
        "Stock layers cannot express a layer from a package built on Keras.",
        "The finding names the package and the reason: the file omits something (the module of `hub.KerasLayer`), or "
        "the layer is random or quantises in every call. A SavedModel of the same model contains the graph of such a "
        "layer, and can be migrated; `--source DIR` supplies the code of the class.",
    ),
)
