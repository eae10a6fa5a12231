"""LAY: a random initializer that several weights share."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._era import releases, within
from codemods.rules._holders import is_repeated, uses_of
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

SHARED = SourceRule(
    code="LAY129",
    name="shared-initializer",
    summary="A random initializer that several weights share gives all of them the same numbers.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    why="Until TensorFlow 2.9, each use of an initializer drew other numbers (measured with Keras 2.2.4 and "
    "TensorFlow 2.4 and 2.8). Since 2.10 (measured with 2.13), and in Keras 3, an "
    "initializer without a seed draws one when it is made, and gives the same values for every weight of a shape: "
    "`init = RandomNormal(stddev=0.02)` for all convolutions of a GAN starts layers of one shape as copies of each "
    "other. clone() makes one with a seed of its own. The release is inferred from the project's pins and from "
    "features that only some releases had; without them the edit requires --unsafe.",
    references=("https://github.com/tensorflow/tensorflow/releases/tag/v2.10.0",),
    manual="give each layer an initializer of its own: init.clone()",
    proofs=(Proof(unsafe=True, changes=True), Proof("proof_2", unsafe=True, changes=True)),
)
_MEAN = ("mean", "stddev", "seed")
_BOUNDS = ("minval", "maxval", "seed")
_SCALE = ("scale", "mode", "distribution", "seed")
_GAIN = ("gain", "seed")
_PARAMETERS = {
    **dict.fromkeys(
        ("RandomNormal", "TruncatedNormal", "normal", "random_normal", "truncated_normal"), _MEAN
    ),
    **dict.fromkeys(("RandomUniform", "uniform", "random_uniform"), _BOUNDS),
    **dict.fromkeys(("VarianceScaling", "variance_scaling"), _SCALE),
    **dict.fromkeys(("Orthogonal", "orthogonal"), _GAIN),
    **dict.fromkeys(("GlorotNormal", "GlorotUniform", "glorot_normal", "glorot_uniform"), ("seed",)),
    **dict.fromkeys(("HeNormal", "HeUniform", "he_normal", "he_uniform"), ("seed",)),
    **dict.fromkeys(("LecunNormal", "LecunUniform", "lecun_normal", "lecun_uniform"), ("seed",)),
}
"""By initializer that draws numbers: its parameters in Keras 2."""


@visit(SHARED, calls={f"keras.initializers.{name}" for name in _PARAMETERS})
def shared_initializers(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``init = RandomNormal()`` that is given to two layers, or to one in a loop."""
    name = (ctx.name(call.func) or "").rpartition(".")[2]
    args = ctx.arguments(call, *_PARAMETERS[name])
    seeded = "seed" in args and ctx.literal(args.get("seed"), ...) is not None
    uses = None if args.opaque or seeded else uses_of(call, ctx)
    if not uses:
        return
    given = [use for use in uses if _initializes(use, ctx)]
    if not given or (len(uses) == 1 and not is_repeated(given[0], call, ctx)):
        return
    fix = _fix(call, ctx)
    if fix is not None:
        edits = tuple(ReplaceExpression(use, Code("init.clone()", {"init": use})) for use in given)
        text = f"{ctx.source(given[0])} draws the same numbers for each weight that shares it"
        yield Match(
            SHARED, call, text, SHARED.manual, edits=edits, symbol=f"keras.initializers.{name}", fix=fix
        )


def _initializes(use: ast.expr, ctx: Context) -> bool:
    """Whether a name is given as an initializer, ``kernel_initializer=init``, or draws: ``init((3, 2))``."""
    outer = ctx.parent(use)
    if isinstance(outer, ast.Call):
        return outer.func is use
    return isinstance(outer, ast.keyword) and (outer.arg or "").endswith(("initializer", "init"))


def _fix(call: ast.Call, ctx: Context) -> Fix | None:
    """Safe where the file was written for releases that drew anew; None where for none of them."""
    package = "keras" if ctx.origin(call.func) == "keras" else "tensorflow"
    old = set(within(package, "<2.10"))
    known = [release in old for release in releases(ctx, package)]
    if not any(known):
        return None
    return Fix.SAFE if all(known) else Fix.UNSAFE
