"""What depended on the learning phase: Keras 3 has the argument ``training`` of ``call`` in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function
from codemods.edits import AddParameter, Code, Edit, ReplaceExpression
from codemods.names.uses import root_name
from codemods.names.values import Definition
from codemods.rules._evidence import LAYER, MODEL
from codemods.rules.operations._answers import Answer, code_of
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_TRAINING = "training"


def phase(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    """``in_train_phase(x, alt, training=t)``: Python chooses, as ``training`` is a Python value in Keras 3.

    Without ``training`` it was that of the call of the layer around it (``call_context().training`` in the backend of
    TensorFlow 2), which Keras 3 hands to each ``call`` that has an argument of this name.
    """
    x, alt, training = (args.get(name) for name in ("x", "alt", "training"))
    if x is None or alt is None or args.opaque:
        return None
    branches = (_branch("x", x, ctx), _branch("alt", alt, ctx))
    chosen = branches[::-1] if function.name.endswith("in_test_phase") else branches
    holes = {name: node for _, name, node in branches}
    texts = [text for text, _, _ in chosen]
    edits: tuple[Edit, ...] = ()
    fix = Fix.SAFE
    if isinstance(training, ast.Name):
        code = code_of(f"{texts[0]} if training_ else {texts[1]}", **holes, training_=training)
    elif training is None or (isinstance(training, ast.Constant) and training.value is None):
        method = _call_around(call, ctx)
        if method is None:
            return None
        if _TRAINING not in _parameters(method):
            edits = (AddParameter(method, _TRAINING),)
            cls = ctx.class_of(method)
            # A class of another file that derives from this one may call its ``call`` without the new argument.
            fix = Fix.UNSAFE if cls is None or ctx.exported(cls.name) else Fix.SAFE
        code = Code(f"{texts[0]} if training else {texts[1]}", holes)
    else:
        return None
    return (*edits, ReplaceExpression(call, code)), fix


def _branch(name: str, node: ast.expr, ctx: Context) -> tuple[str, str, ast.expr]:
    """What one of the two arguments is when it is chosen, with a hole and what stands in it: functions are called."""
    if isinstance(node, ast.Lambda):
        return name, name, node.body
    value = ctx.value(node)
    made = isinstance(value, Definition) and not isinstance(value.node, ast.ClassDef)
    return f"{name}()" if made else name, name, node


def _call_around(node: ast.AST, ctx: Context) -> ast.FunctionDef | None:
    """The method ``call`` of a layer or model that a place is in, where its ``training`` means what it should there.

    None also where a ``call`` of the file is called directly: Keras hands nothing to that.
    """
    outers: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = []
    for outer in ctx.parents(node):
        if isinstance(outer, ast.ClassDef):
            break
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            outers.append(outer)
    method = outers.pop() if outers else None
    cls = ctx.class_of(node)
    if not isinstance(method, ast.FunctionDef) or method.name != "call" or cls is None:
        return None
    if {LAYER, MODEL}.isdisjoint(ctx.bases(cls)) or any(_TRAINING in _parameters(inner) for inner in outers):
        return None
    if _TRAINING in _parameters(method):
        stored = any(isinstance(name.ctx, ast.Store) for name in ctx.uses(method, _TRAINING))
        return None if stored else method
    return None if ctx.uses(method, _TRAINING) or any(_direct_calls(ctx)) else method


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    given = function.args
    return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _direct_calls(ctx: Context) -> Iterator[bool]:
    """Whether each ``….call(…)`` of the file may be one of a layer: ``super().call(x)``, not ``subprocess.call``."""
    for attribute, scope in ctx.module.index.attributes.get("call", ()):
        root = root_name(attribute)
        home = scope.find(root.id) if root is not None else None
        bindings = home.bindings[root.id] if home is not None and root is not None else []
        yield not any(binding.path for binding in bindings)


def learning_phase(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``if training is None: training = K.learning_phase()``: None is a call outside of fit, which was phase 0."""
    del args
    statement = ctx.parent(call)
    test = ctx.parent(statement) if isinstance(statement, ast.Assign) else None
    if not isinstance(test, ast.If) or ctx.source(test.test) != "training is None":
        return None
    function = ctx.function(call)
    given = {argument.arg for argument in function.args.args} if function is not None else set()
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    fills = [target.id for target in targets if isinstance(target, ast.Name)] == ["training"]
    if not fills or "training" not in given or not ctx.keras_region(call):
        return None
    return (ReplaceExpression(call, Code("False")),), Fix.UNSAFE
