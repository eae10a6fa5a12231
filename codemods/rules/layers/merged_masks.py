"""LAY: masks of several inputs that a merging layer joins."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import defined_once
from codemods.rules.api import Match, Proof, SourceRule, visit
from codemods.target import Target
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_HEAD = '''\
@keras.{place}.register_keras_serializable(package="keras2")
class Masked{layer}(keras.layers.{layer}):
    """Joins the masks of its inputs by and, as Keras 2 did; an input without a mask masks nothing."""

    def compute_mask(self, inputs, mask=None):
'''
_SAME_SHAPE = """\
        joined = None
        for one in mask or ():
            if one is not None:
                joined = one if joined is None else keras.ops.logical_and(joined, one)
        return joined
"""
_CONCATENATED = """\
        if mask is None or all(one is None for one in mask):
            return None
        masks = []
        for tensor, one in zip(inputs, mask):
            every = keras.ops.ones_like(tensor, dtype="bool")
            if one is not None:
                one = keras.ops.expand_dims(one, -1) if len(one.shape) < len(tensor.shape) else one
                every = keras.ops.logical_and(every, one)
            masks.append(every)
        return keras.ops.all(keras.ops.concatenate(masks, axis=self.axis), axis=-1)
"""


def _definition(layer: str, place: str) -> str:
    body = _CONCATENATED if layer == "Concatenate" else _SAME_SHAPE
    return _HEAD.format(layer=layer, place=place) + body


MERGED_MASKS = SourceRule(
    code="LAY122",
    name="masks-of-merged-inputs",
    summary="A merging layer combines the masks of its inputs with OR, and an input without a mask makes everything "
    "unmasked.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    why="Keras 2 combined them with AND, treating an input without a mask as unmasked. In Keras 3 the following "
    "layers silently read the padding, or receive None where they use the mask. The rule replaces the Keras layer "
    "by one that combines the masks as Keras 2 did.",
    references=("https://keras.io/guides/understanding_masking_and_padding/",),
    manual="derive from the merging layer and write compute_mask, or pass mask= to the following layers",
    proofs=(Proof(changes=True, unsafe=True), Proof("proof_2", changes=True, unsafe=True)),
)
_CLASSES = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
_MERGING = {f"keras.layers.{name}": name for name in _CLASSES}
_FUNCTIONS = {f"keras.layers.{name.lower()}": name for name in _CLASSES}


@visit(MERGED_MASKS, calls={*_MERGING, *_FUNCTIONS})
def merged(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Add()([masked, unmasked])`` in a function, or a module, that makes a mask as well."""
    if _among_masks(call, ctx):
        name = ctx.name(call.func) or ""
        yield Match(MERGED_MASKS, call, edits=_edits(call, name, ctx), symbol=name)


def _among_masks(call: ast.Call, ctx: Context) -> bool:
    text = ctx.source_file.text
    if "mask_zero" not in text and "Masking" not in text:
        return False
    around = ctx.function(call) or ctx.module.tree
    return any(isinstance(node, ast.Call) and _makes_mask(node, ctx) for node in walk(around))


def _makes_mask(call: ast.Call, ctx: Context) -> bool:
    """Whether a call makes a layer whose output has a mask."""
    masked = any(
        keyword.arg == "mask_zero" and ctx.literal(keyword.value, None) is not False
        for keyword in call.keywords
    )
    return masked or ctx.name(call.func) == "keras.layers.Masking"


def _edits(call: ast.Call, name: str, ctx: Context) -> tuple[Edit, ...]:
    layer = _MERGING.get(name) or _FUNCTIONS[name]
    if name in _MERGING:
        edit = ReplaceExpression(call.func, Code(f"Masked{layer}"))
    else:
        args = (
            ctx.arguments(call, "inputs", "axis") if layer == "Concatenate" else ctx.arguments(call, "inputs")
        )
        inputs = args.get("inputs")
        holes = {keyword: given.value for keyword, given in args.keywords.items() if keyword != "inputs"}
        if (axis := args.get("axis")) is not None:
            holes["axis"] = axis
        if args.opaque or inputs is None or len(call.args) > 1 + ("axis" in holes):
            return ()
        text = ", ".join(f"{keyword}={keyword}_" for keyword in holes)
        code = Code(
            f"Masked{layer}({text})(inputs_)",
            {"inputs_": inputs} | {f"{keyword}_": value for keyword, value in holes.items()},
        )
        edit = ReplaceExpression(call, code)
    place = "saving" if ctx.target is Target.KERAS else "utils"
    text = _definition(layer, place)
    return (*defined_once(ctx, call, f"Masked{layer}", text, _places(layer, ctx)), edit)


def _places(layer: str, ctx: Context) -> Iterator[ast.expr]:
    """The calls of a file that make this merging layer among masks."""
    for call, scope in ctx.module.index.calls:
        ctx.remember(call, scope)
        name = ctx.name(call.func) or ""
        if layer in {_MERGING.get(name), _FUNCTIONS.get(name)} and _among_masks(call, ctx):
            yield call
