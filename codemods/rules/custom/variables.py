"""CUS: members of variables that TensorFlow's have and those of Keras 3 lack."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, called_on
from codemods.rules.api import GUIDE, UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


MEMBERS = SourceRule(
    code="CUS036",
    name="variable-members",
    summary="Keras 3 variables lack members of TensorFlow variables.",
    severity=Severity.ERROR,
    why="A weight is a keras.Variable, not a tf.Variable: it has no `read_value()` and no `get_shape()`, `assign` "
    "accepts only the value, and scattered updates are an `assign` of keras.ops.scatter_update, or an `assign_add` "
    "of keras.ops.scatter. The result of `read_value()` and `value()` did not change when the variable was assigned "
    "later; on TensorFlow, the property `value` and keras.ops.convert_to_tensor give the variable itself, "
    "keras.ops.copy does not.",
    references=(GUIDE, "keras-team/keras#18467"),
    manual="use keras.ops on the variable, and assign() the result",
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3"), Proof("proof_4")),
)
REFERENCES = SourceRule(
    code="CUS041",
    name="reference-of-a-tensor",
    summary="Keras 3 tensors and variables have no ref(): they are hashed by identity.",
    severity=Severity.ERROR,
    why="`ref()` made keys from tensors that compare by value. The id works as long as the tensor lives; if "
    "`deref()` is used to get the tensor back, keep the tensor itself.",
    references=(GUIDE,),
    manual="use the tensor itself, or its id(), as the key",
    proofs=(Proof(),),
)
DOUBLE = SourceRule(
    code="CUS042",
    name="double-variable-given-to-a-layer",
    summary="A float64 variable passed to a layer is cast to the dtype of the layer.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="Keras 2 cast tensors to the dtype of a layer and did not cast variables; Keras 3 casts both, so that "
    "computations with 53 bits now use 24.",
    references=(GUIDE,),
    manual="create the layer with dtype='float64'",
)
_MAKERS = frozenset({"keras.Variable", "keras.backend.variable", "tf.Variable", "tf.compat.v1.get_variable"})
_ADDERS = frozenset({"add_variable", "add_weight"})
_WRITERS = ("assign", "assign_add", "assign_sub")
_READERS = {
    "get_shape": "variable.shape",
    "read_value": "keras.ops.copy(variable)",
    "value": "keras.ops.copy(variable)",
}
_SCATTERED = {
    "scatter_nd_add": "variable.assign_add(keras.ops.scatter(indices, updates, variable.shape))",
    "scatter_nd_sub": "variable.assign_sub(keras.ops.scatter(indices, updates, variable.shape))",
    "scatter_nd_update": "variable.assign(keras.ops.scatter_update(variable, indices, updates))",
}


@visit(MEMBERS, methods={*_READERS, *_SCATTERED, *_WRITERS}, of=UNTYPED)
def members(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``w.read_value()``, ``w.value()``, ``w.assign(x, read_value=False)``, ``w.scatter_nd_add(i, x)``."""
    held = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if not is_variable(held, ctx):
        return
    edits: tuple[Edit, ...] = ()
    if name in _READERS and not call.args and not call.keywords:
        edits = (ReplaceExpression(call, Code(_READERS[name], {"variable": held})),)
    elif name in _SCATTERED:
        args = ctx.arguments(call, "indices", "updates")
        indices, updates = args.get("indices"), args.get("updates")
        if indices is not None and updates is not None:
            holes = {"variable": held, "indices": indices, "updates": updates}
            text = _SCATTERED[name]
            for part in ("indices", "updates"):
                if isinstance(holes[part], ast.List | ast.Tuple):  # of which JAX asks for the dtype
                    text = text.replace(part, f"keras.ops.convert_to_tensor({part})")
            edits = (ReplaceExpression(call, Code(text, holes)),)
    elif name in _WRITERS:
        edits = tuple(
            DropArgument(call, keyword.arg)
            for keyword in call.keywords
            if keyword.arg in {"name", "read_value", "use_locking"}
        )
        if not edits:
            return
    if name in _SCATTERED or edits:
        yield Match(
            MEMBERS, call, f"Keras 3 variables have a different {name}", edits=edits, symbol="keras.Variable"
        )


@visit(REFERENCES, methods={"ref"}, of=UNTYPED)
def references(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tensor.ref()``."""
    held = called_on(call)
    if call.args or call.keywords:
        return
    known = ctx.symbolic(held) or is_variable(held, ctx)
    loose = ctx.receiver(held) is None and ctx.name(held) is None
    if known and "deref" not in ctx.module.index.attributes:
        edits = (ReplaceExpression(call, Code("id(tensor)", {"tensor": held})),)
        yield Match(REFERENCES, call, edits=edits, symbol="keras.KerasTensor.ref")
    elif known or (loose and not isinstance(held, ast.Call)):
        severity = None if known else Severity.WARNING
        yield Match(REFERENCES, call, symbol="keras.KerasTensor.ref", severity=severity)


_DOUBLES = frozenset(
    (
        *(
            f"numpy.random.{name}"
            for name in ("normal", "rand", "randn", "random", "standard_normal", "uniform")
        ),
        "numpy.linspace",
    )
)
"""Functions of NumPy that give float64 unless they are told otherwise."""


@visit(DOUBLE, calls={"tf.Variable"})
def doubles(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``layer(tf.Variable(x, dtype=tf.float64))``, directly or by a name."""
    if not _is_double(call, ctx):
        return
    statement = ctx.parent(call)
    places: list[ast.AST] = [call]
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        around = ctx.function(call) or ctx.module.tree
        places = [*ctx.uses(around, statement.targets[0].id)]
    for place in places:
        outer = ctx.parent(place)
        if isinstance(outer, ast.Call) and place in outer.args and ctx.isa(ctx.receiver(outer.func), LAYER):
            yield Match(DOUBLE, outer, symbol="tf.Variable", argument="dtype")
            return


def _is_double(call: ast.Call, ctx: Context) -> bool:
    """Whether a variable is of float64: that is said, or it is made of an array of NumPy that says nothing else."""
    args = ctx.arguments(call, "initial_value")
    dtype, value = args.keywords.get("dtype"), args.get("initial_value")
    if dtype is not None:
        return (ctx.name(dtype.value) or ctx.literal(dtype.value)) in {"tf.float64", "float64"}
    if isinstance(value, ast.Name):
        home = ctx.scope(value).find(value.id)
        bindings = home.bindings[value.id] if home is not None else []
        value = bindings[0].value if len(bindings) == 1 else None
    made = ctx.name(value.func) if isinstance(value, ast.Call) else None
    return made in _DOUBLES and isinstance(value, ast.Call) and not _says_dtype(value)


def _says_dtype(call: ast.Call) -> bool:
    return any(keyword.arg in {"dtype", None} for keyword in call.keywords)


def is_variable(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is a variable that the file makes: a weight of a layer, or one that has a name."""
    if isinstance(node, ast.Attribute):
        cls = ctx.class_of(node)
        values = _stored(cls, node.attr) if cls is not None and ctx.source(node.value) == "self" else []
    elif isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        values = [binding.value for binding in home.bindings[node.id]] if home is not None else []
    else:
        return False
    return bool(values) and all(_makes_variable(value, ctx) for value in values)


def _stored(cls: ast.ClassDef, name: str) -> list[ast.expr | None]:
    """What ``self.name`` is given in a class."""
    return [
        node.value
        for node in walk(cls)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == name
    ]


def _makes_variable(node: ast.expr | None, ctx: Context) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in _ADDERS:
        return ctx.source(node.func.value) == "self"
    return ctx.name(node.func) in _MAKERS and ctx.class_of(node) is not None
