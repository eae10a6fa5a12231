"""What an exporter or a runtime says against a model, as a refusal."""

from __future__ import annotations

from migrate.findings import MigrationError
from migrate.printable import one_line


def refused(kind: str, error: Exception) -> MigrationError:
    """``EXP024`` with the words of the exporter or runtime."""
    words = one_line(error, 300)
    flex = (
        "An operation has no native LiteRT version, such as a loop over a dynamic number of steps. Fix the number of "
        "steps, or convert with TensorFlow's operations and run with the Flex delegate."
    )
    return MigrationError(
        "EXP024",
        f"the model cannot be written and run as {kind}: {type(error).__name__}: {words}",
        flex
        if "Select TensorFlow op" in words
        else "The .keras and the SavedModel are not affected; the format may lack an operation of the model.",
    )
