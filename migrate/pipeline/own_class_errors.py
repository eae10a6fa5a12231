"""What Keras 3 says of code of the author's that fails there: as reasons that name it, and what a person can do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.environment import World

STAGED_CODE = "own_code_"
"""How the files of the author's code for Keras 3 begin, as a traceback names them."""
_RAISED = frozenset({"RUN005", "CFG099"})
"""An error of Keras' that no rule foresees: of a call, and of building a layer."""
_NAMED = 3
"""Lines left by the rewrite that a hint repeats; a finding and the record have more."""


def of_own_class(error: WorldError, names: Mapping[str, str]) -> MigrationError:
    """The same error as a reason that names the author's class, if it is about one; otherwise unchanged.

    Args:
        error: from loading the saved model.
        names: of the author's classes and functions → where they are defined.
    """
    if error.code != "RUN005":
        return error
    told = _named(error.message, names)
    if told is None:
        return error
    return MigrationError(
        "CFG059",
        f"stock Keras 3 cannot load what the author's {told} writes: {one_line(error.message, 300)}",
        f"Make __init__ of {told} ({names[told]}) accept every argument that its get_config writes, and pass the "
        "inherited ones to its base class.",
        place=told,
    )


def of_own_code(error: MigrationError, own_code: Mapping[str, Any]) -> MigrationError:
    """The same error as a reason where code of the author's, rewritten for Keras 3, raised it; else as it is.

    Args:
        error: that ended a migration.
        own_code: what `migration.json` says of the author's code; empty where there is none.
    """
    names: Mapping[str, str] = own_code.get("names", {})
    if not isinstance(error, WorldError) or error.code not in _RAISED:
        return error
    if error.world == World.LEGACY or not names:
        return error
    told = _named(f"{error.message}\n{error.traceback}", names)
    left: list[str] = own_code.get("left", [])
    if told is None and not (left and STAGED_CODE in error.traceback):
        return error
    subject = told or ", ".join(names)
    lines = f"The rules cannot rewrite {'; '.join(left[:_NAMED])}. " if left else ""
    return MigrationError(
        "CFG068",
        f"the author's {subject} fails under Keras 3: {one_line(error.message, 300)}",
        f"{lines}Change {names[told] if told else 'the source'}, or write {subject} for Keras 3 in a file of its own "
        "and give that with --modern-source FILE.py.",
        place=told or "",
    )


def _named(text: str, names: Iterable[str]) -> str | None:
    """The first of some names that a text has as a word."""
    return next((name for name in names if re.search(rf"\b{re.escape(name)}\b", text)), None)
