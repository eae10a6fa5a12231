"""LAY: masks of several inputs that a merging layer joins."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.names.trees import walk
from codemods.rules.api import Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

MERGED_MASKS = SourceRule(
    code="LAY122",
    name="masks-of-merged-inputs",
    summary="A merging layer joins the masks of its inputs by or, an input without one masking nothing.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    ambiguous=True,
    before="from tensorflow import keras\n\nwords, kinds = keras.Input((None,)), keras.Input((None,))\n"
    "x = keras.layers.Embedding(10, 4, mask_zero=True)(words)\n"
    "y = keras.layers.Add()([x, keras.layers.Embedding(2, 4)(kinds)])\n",
    why="Keras 2 joined them by and, an input without a mask counting as unmasked. In Keras 3 the layers behind read "
    "the padding, without an error, or are given None where they look at the mask.",
    references=("https://keras.io/guides/understanding_masking_and_padding/",),
    manual="derive from the merging layer and write compute_mask, or give mask= to the layers behind",
)
_MERGING = frozenset(
    f"keras.layers.{name}"
    for name in (
        *("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"),
        *("add", "average", "concatenate", "maximum", "minimum", "multiply", "subtract"),
    )
)


@visit(MERGED_MASKS, calls=_MERGING)
def merged(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Add()([masked, unmasked])`` in a function, or a module, that makes a mask as well."""
    around = ctx.function(call) or ctx.module.tree
    if any(isinstance(node, ast.Call) and _makes_mask(node, ctx) for node in walk(around)):
        yield Match(MERGED_MASKS, call, symbol=ctx.name(call.func) or "")


def _makes_mask(call: ast.Call, ctx: Context) -> bool:
    """Whether a call makes a layer whose output has a mask."""
    masked = any(
        keyword.arg == "mask_zero" and ctx.literal(keyword.value, None) is not False
        for keyword in call.keywords
    )
    return masked or ctx.name(call.func) == "keras.layers.Masking"
