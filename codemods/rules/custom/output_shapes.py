"""CUS: a ``compute_output_shape`` that does not say what ``call`` gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import ReplaceStatement
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, above, inherited, method_of
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


BELIEVED = SourceRule(
    code="CUS034",
    name="output-shape-that-does-not-fit",
    summary="compute_output_shape returns a different shape from call, and Keras 3 relies on it.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    why="From TensorFlow 2.0 on, Keras 2 traced `call` for the shape of a functional model and never called the "
    "method. Keras 3 calls it and builds the following layers for its result; only a run shows that it is wrong. "
    "Without the method, `call` is traced as before. The rule finds classes whose two methods cannot agree: one "
    "takes items or sums along an axis, with or without keeping it, while the other returns the input shape; one "
    "makes one tensor of several while the other returns all their shapes; or they return a different number of "
    "outputs.",
    references=(GUIDE,),
    manual="make compute_output_shape return the shape of call's result, or delete it",
    proofs=(Proof(changes=True, unsafe=True), Proof("proof_2", unsafe=True)),
)
_REDUCING = frozenset(
    f"{module}.{name}"
    for module, names in {
        "keras.backend": ("sum", "mean", "max", "min", "prod", "squeeze", "argmax"),
        "keras.ops": ("sum", "mean", "max", "min", "prod", "squeeze", "argmax"),
        "tf": ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod", "squeeze", "argmax"),
    }.items()
    for name in names
)


@visit(BELIEVED, bases={LAYER})
def believed(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``return input_shape`` beside a ``call`` that takes an item of its input."""
    call, shapes = inherited(cls, ctx, "call"), method_of(cls, "compute_output_shape")
    if call is None or shapes is None or MODEL in ctx.bases(cls) or len(call.args.args) < 2:
        return
    if above(cls, ctx, "compute_output_shape"):
        return  # without its own method the class would have that one
    given, said = _returned(call), _returned(shapes)
    if given is None or said is None:
        return
    fewer = _is_parameter(said, shapes) and any(_loses_axis(given, name, ctx) for name in _inputs(call))
    several = _several_tensors(given) and _one_shape(said)
    one = _one_of_several(call, given) and _is_parameter(said, shapes)
    if fewer or several or one:
        text = f"{cls.name}.compute_output_shape does not return the shape of call's result"
        edits = (ReplaceStatement(shapes, ""),)
        yield Match(BELIEVED, shapes, text, edits=edits, symbol="keras.layers.Layer.compute_output_shape")


def _returned(function: ast.FunctionDef) -> ast.expr | None:
    """What a method returns at its end, when that is its only return."""
    found = [node for node in walk(function) if isinstance(node, ast.Return)]
    return found[0].value if len(found) == 1 and found[0] is function.body[-1] else None


def _is_parameter(node: ast.expr, function: ast.FunctionDef) -> bool:
    """Whether a method gives its shape on as it is."""
    parameters = function.args.args
    stored = any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) for n in walk(function))
    return isinstance(node, ast.Name) and len(parameters) > 1 and node.id == parameters[1].arg and not stored


def _inputs(call: ast.FunctionDef) -> Iterator[str]:
    """The names that a method has for its input."""
    parameter = call.args.args[1].arg
    yield parameter
    for statement in call.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.value) == parameter:
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _loses_axis(node: ast.expr, parameter: str, ctx: Context) -> bool:
    """Whether an expression takes an item of the input along an axis, or sums it along one, kept as 1 or not."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == parameter:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        taken = [part for part in parts if isinstance(ctx.literal(part), int)]
        return bool(taken) and all(part in taken or isinstance(part, ast.Slice) for part in parts)
    if isinstance(node, ast.Call) and ctx.name(node.func) in _REDUCING and node.args:
        axis = ctx.arguments(node, "x", "axis").get("axis")
        own = isinstance(node.args[0], ast.Name) and node.args[0].id == parameter
        return own and axis is not None and ctx.literal(axis, ...) is not None
    return False


def _one_of_several(call: ast.FunctionDef, given: ast.expr) -> bool:
    """Whether a method takes its inputs apart and returns what is no list of them."""
    inputs = call.args.args[1].arg
    apart = lists = False
    for node in walk(call):
        if isinstance(node, ast.Assign):
            taken = isinstance(node.value, ast.Name) and node.value.id == inputs
            apart |= taken and isinstance(node.targets[0], (ast.List, ast.Tuple))
            named = any(
                isinstance(t, ast.Name) and ast.unparse(t) == ast.unparse(given) for t in node.targets
            )
            lists |= named and isinstance(node.value, (ast.List, ast.ListComp, ast.Tuple, ast.Name))
    plain = isinstance(given, (ast.BinOp, ast.Name, ast.Subscript)) and ast.unparse(given) != inputs
    return apart and plain and not lists


def _several_tensors(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1


def _one_shape(node: ast.expr) -> bool:
    """Whether a display is one shape: of sizes, and not of shapes."""
    if not isinstance(node, ast.Tuple) or not node.elts:
        return False
    return all(
        isinstance(item, (ast.Constant, ast.Subscript))
        or (isinstance(item, ast.Attribute) and "shape" not in item.attr)
        for item in node.elts
    ) and isinstance(node.elts[0], (ast.Constant, ast.Subscript))
