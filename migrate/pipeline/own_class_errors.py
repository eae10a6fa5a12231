"""Errors of stock Keras for an author's class that cannot be loaded from its own configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.ends import WorldError


def of_own_class(error: WorldError, names: Mapping[str, str]) -> MigrationError:
    """The same error as a reason that names the author's class, if it is about one; otherwise unchanged.

    Args:
        error: from loading the saved model.
        names: of the author's classes and functions → where they are defined.
    """
    if error.code != "RUN005":
        return error
    told = next((name for name in names if re.search(rf"\b{re.escape(name)}\b", error.message)), None)
    if told is None:
        return error
    return MigrationError(
        "CFG059",
        f"stock Keras 3 cannot load what the author's {told} writes: {one_line(error.message, 300)}",
        f"Make __init__ of {told} ({names[told]}) accept every argument that its get_config writes, and pass the "
        "inherited ones to its base class.",
        place=told,
    )
