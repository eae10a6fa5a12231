"""What could not be kept of the training state."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import note, reason

REASONS: tuple[Rule, ...] = (
    note(
        "OPT020",
        "training-lost",
        "Part of the training state could not be migrated.",
        "Optimizer, slots, loss or metrics: the finding says which and why. Outputs do not depend on them; set them "
        "again before you continue training.",
    ),
    note(
        "OPT015",
        "training-refused",
        "Keras 3 refuses the translated training configuration.",
        "The model was saved without it; compile it again after loading.",
    ),
    note(
        "OPT021",
        "other-step",
        "A training step in the era that wrote the model was different.",
        "The finding names the layer or the loss, what the era did, what Keras 3 does, and how to continue training as "
        "before. tf-keras, which takes the compared step, has the later semantics, too. Outputs do not depend "
        "on it.",
    ),
    reason(
        "OPT016",
        "step-differs",
        "A further training step is not the same in both worlds.",
        "Inference is proven equal; recompile the model before continued training.",
        Severity.SILENT,
    ),
)
