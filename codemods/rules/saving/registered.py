"""SAV: objects that are found by the name under which they were registered."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, RenameArgument, ReplaceExpression
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


REGISTERED_NAME = SourceRule(
    code="SAV016",
    name="registered-name-as-activation",
    summary="An activation is no longer looked up by the name under which it was registered.",
    severity=Severity.ERROR,
    why="Keras 2's `activations.get` also searched the registered objects; Keras 3's knows only its own names: "
    "`Could not interpret activation function identifier: own>twice`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
MODULE_OBJECTS = SourceRule(
    code="SAV017",
    name="module-objects",
    summary="deserialize_keras_object finds a project's classes among its custom_objects, not its module_objects.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Keras 3 uses `module_objects` for its own modules: `Could not locate class 'Scale'`. A bare name instead "
    "of a configuration returned an object of the class, and now returns the class itself.",
    references=(GUIDE,),
    proofs=(
        Proof(
            unsafe=True,
            expect="raises",  # with tf-keras 2.21 already; releases before 2.12 took it
        ),
    ),
)
_ACTIVATIONS = frozenset({"activation", "recurrent_activation"})


@visit(REGISTERED_NAME, strings=True)
def registered_names(literal: ast.Constant, ctx: Context) -> Iterator[Match]:
    """``Dense(3, activation="package>name")``."""
    keyword = ctx.parent(literal) if ">" in str(literal.value) else None
    if not isinstance(keyword, ast.keyword) or keyword.arg not in _ACTIVATIONS:
        return
    call = ctx.parent(keyword)
    if isinstance(call, ast.Call) and (ctx.name(call.func) or "").startswith("keras."):
        code = Code("keras.saving.get_registered_object(name)", {"name": literal})
        yield Match(REGISTERED_NAME, literal, edits=(ReplaceExpression(literal, code),), argument=keyword.arg)


@visit(
    MODULE_OBJECTS,
    calls={"keras.utils.deserialize_keras_object", "keras.saving.deserialize_keras_object"},
)
def module_objects(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``deserialize_keras_object(config, module_objects=globals())``."""
    args = ctx.arguments(call, "config", "custom_objects")
    if "module_objects" in args.keywords and "custom_objects" not in args:
        edits = (RenameArgument(call, "module_objects", "custom_objects"),)
        yield Match(
            MODULE_OBJECTS, call, edits=edits, symbol=ctx.name(call.func) or "", argument="module_objects"
        )
    elif "module_objects" in args.keywords:
        hint = "put the objects of both into custom_objects"
        yield Match(
            MODULE_OBJECTS, call, hint=hint, symbol=ctx.name(call.func) or "", argument="module_objects"
        )
