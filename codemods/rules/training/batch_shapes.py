"""TRN: generators whose batches are as long as their longest item."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.names.trees import walk
from codemods.names.values import Definition
from codemods.rules._evidence import MODEL, defined_once, overrides, owner, trust
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

LENGTHS = SourceRule(
    code="TRN041",
    name="batches-of-their-own-length",
    summary="Keras 3 looks at two batches of a generator, and treats the sizes that they share as fixed.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Keras 2 fixed no size of a generator's batches. If the first two batches are equally long by chance, fit "
    "stops at the first one that is not: `Generator yielded an element of shape (32, 9) where an element of shape "
    "(None, 8) was expected`. A dataset whose signature leaves every size dynamic accepts them all. Backends other "
    "than TensorFlow accept such batches.",
    references=(
        "keras-team/keras#19748",
        "keras-team/keras#19758",
    ),
    manual="pad all batches to one length, or pass fit a tf.data.Dataset with None where sizes differ",
    proofs=(Proof(unsafe=True),),
)
_HELPER = '''\
def of_any_length(batches):
    """The batches of a generator as a dataset that fixes none of their sizes, where TensorFlow computes."""
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow

    def arrays(part):
        if isinstance(part, dict):
            return {key: arrays(value) for key, value in part.items()}
        if isinstance(part, (list, tuple)):
            return tuple(arrays(value) for value in part)
        array = numpy.asarray(part)
        return array.astype(keras.backend.floatx()) if array.dtype == "float64" else array

    first = arrays(next(batches))
    signature = tensorflow.nest.map_structure(
        lambda array: tensorflow.TensorSpec([None] * array.ndim, array.dtype), first
    )

    def all_of_them():
        yield first
        yield from map(arrays, batches)

    return tensorflow.data.Dataset.from_generator(all_of_them, output_signature=signature)
'''
_ARRAYS = frozenset({"numpy.empty", "numpy.full", "numpy.ones", "numpy.zeros"})
_DRAWS = frozenset({"choice", "integers", "len", "max", "min", "randint", "randrange"})
_METHODS = {"fit": ("x", "validation_data"), "evaluate": ("x",), "predict": ("x",)}
_METHODS |= {
    "fit_generator": ("generator", "validation_data"),
    "evaluate_generator": ("generator",),
    "predict_generator": ("generator",),
}


@visit(LENGTHS, methods=frozenset(_METHODS), of={MODEL})
def lengths(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.fit(batches())`` where ``batches`` draws the length of each batch."""
    for given in _given(call, ctx):
        places = [node for other, _ in ctx.module.index.calls for node in _given(other, ctx)]
        edits = (
            *defined_once(ctx, given, "of_any_length", _HELPER, places),
            ReplaceExpression(given, Code("of_any_length(batches)", {"batches": given})),
        )
        name = ast.unparse(given.func)
        text = f"the batches of {name}() differ in length"
        yield Match(LENGTHS, given, text, edits=edits, symbol="keras.Model.fit")


def _given(call: ast.Call, ctx: Context) -> Iterator[ast.Call]:
    """The generators of such batches that a method of a model is given."""
    wanted = _METHODS.get(call.func.attr, ()) if isinstance(call.func, ast.Attribute) else ()
    model = owner(call)
    if not wanted or model is None:
        return
    args = ctx.arguments(call, wanted[0])
    given = [node for name in wanted if isinstance(node := args.get(name), ast.Call) and _varies(node, ctx)]
    if not overrides(ctx, call) and trust(ctx, model, MODEL, unknown=Fix.UNSAFE) is not None:
        yield from given


def _varies(call: ast.Call, ctx: Context) -> bool:
    """Whether a call starts a generator of the project that makes arrays of a size it draws for each batch."""
    callee = ctx.value(call.func)
    function = callee.node if isinstance(callee, Definition) else None
    if not isinstance(callee, Definition) or not isinstance(function, ast.FunctionDef):
        return False
    scope = callee.module.index.scope_of[function]

    def name_of(node: ast.expr) -> str:
        value = callee.module.value(node, scope)
        return str(getattr(value, "name", ""))

    loops = [node for node in walk(function) if isinstance(node, (ast.For, ast.While))]
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for loop in loops for node in walk(loop))
    if not yields:
        return False
    drawn = {name for loop in loops for name in _drawn(loop)}
    calls = [node for loop in loops for node in walk(loop) if isinstance(node, ast.Call)]
    return any(
        _sized_by(made, drawn) if name_of(made.func) in _ARRAYS else _padded(made, name_of(made.func), drawn)
        for made in calls
    )


def _drawn(loop: ast.For | ast.While) -> Iterator[str]:
    """The names that get another number in each turn of a loop: a length, the largest of some, a random one."""
    for node in walk(loop):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _last(value.func) in _DRAWS:
            yield target.id


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _sized_by(call: ast.Call, names: set[str]) -> bool:
    """Whether a size behind the first one of a new array is one of some names."""
    shape = call.args[0] if call.args else None
    sizes = shape.elts[1:] if isinstance(shape, (ast.Tuple, ast.List)) else []
    return any(isinstance(part, ast.Name) and part.id in names for size in sizes for part in walk(size))


def _padded(call: ast.Call, name: str, names: set[str]) -> bool:
    """Whether sequences are padded to the longest of the batch."""
    if not name.startswith("keras.") or name.rpartition(".")[2] != "pad_sequences":
        return False
    given = call.args[1] if len(call.args) > 1 else None
    length = next((keyword.value for keyword in call.keywords if keyword.arg == "maxlen"), given)
    return length is None or (isinstance(length, ast.Name) and length.id in names)
