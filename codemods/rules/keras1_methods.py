"""KON: methods of Keras 1 layers that later versions call by another name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import RenameFunction
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context

OUTPUT_SHAPE = SourceRule(
    code="KON010",
    name="get-output-shape-for",
    summary="`get_output_shape_for` became `compute_output_shape` in Keras 2 and is not called any more.",
    severity=Severity.WARNING,
    applies_to="<2",
    targets=EVERYWHERE,
    why=(
        "Keras 2.0 renamed the method. The old one is still defined and never asked, so the shape is traced through "
        "`call` instead, which fails or differs where `call` cannot be traced."
    ),
    references=("https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes",),
    proofs=(Proof(),),
)


@visit(OUTPUT_SHAPE, bases={"keras.layers.Layer"})
def output_shape(node: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """The old method of a layer that does not define the new one."""
    methods = {s.name: s for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    old = methods.get("get_output_shape_for")
    if old is not None and "compute_output_shape" not in methods:
        yield Match(OUTPUT_SHAPE, old, edits=(RenameFunction(old, "compute_output_shape"),))
