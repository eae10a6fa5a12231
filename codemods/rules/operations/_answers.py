"""What the functions behind the ``@`` rows of ``functions.tsv`` answer, and how they write code."""

from __future__ import annotations

import ast

from codemods.context import Arguments
from codemods.edits import Code, Edit
from migrate.findings import Fix

Answer = tuple[tuple[Edit, ...], Fix] | None
"""The plan and how far it can be trusted; None when a person must look."""


def code_of(text: str, **holes: ast.expr) -> Code:
    """A piece of code with its holes given by name."""
    return Code(text, holes)


def optional(args: Arguments, *pairs: tuple[str, str]) -> tuple[str, dict[str, ast.expr]]:
    """``, new=old`` for each argument that was given."""
    text, holes = "", {}
    for old, new in pairs:
        value = args.get(old)
        if value is not None:
            text += f", {new}={old}"
            holes[old] = value
    return text, holes
