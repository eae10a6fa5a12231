"""TRN: ``fit_generator`` and its relatives, and how many batches an epoch has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from packaging.version import Version

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    ReplaceExpression,
    SetArgument,
)
from codemods.rules._era import releases
from codemods.rules._evidence import MODEL, called_on, given_once, overrides, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


GENERATORS = SourceRule(
    code="TRN003",
    name="generator-methods",
    summary="fit_generator, evaluate_generator and predict_generator are now fit, evaluate and predict.",
    severity=Severity.ERROR,
    why="Deprecated since TensorFlow 2.1: fit accepts generators. Its second argument is y, so the positional ones "
    "get names. Keras 1 counted samples (`samples_per_epoch`, the second positional argument with `nb_epoch`), fit "
    "counts batches: if the batch size is visible, the count is divided by it, otherwise you have to do that.",
    references=("keras-team/keras#19225", GUIDE),
    manual="call fit, evaluate or predict",
    proofs=(Proof(),),
)
FRACTIONS = SourceRule(
    code="TRN034",
    name="fraction-of-a-batch",
    summary="The number of batches per epoch must be an integer.",
    severity=Severity.ERROR,
    why="Keras 2 continued until at least that many batches were seen, so that 10 / 3 batches were four. Keras 3 "
    "raises: `'float' object cannot be interpreted as an integer`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
_METHODS: dict[str, tuple[str, tuple[str, ...]]] = {
    "fit_generator": (
        "fit",
        (
            *("generator", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data"),
            "validation_steps",
        ),
    ),
    "evaluate_generator": ("evaluate", ("generator", "steps")),
    "predict_generator": ("predict", ("generator", "steps")),
}
"""By old method: the new one, and the positional arguments that keep their place in Keras 2."""
_SAMPLES = {
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
}
_NAMES = {"generator": "x", "nb_epoch": "epochs"}
_LOADING = ("max_queue_size", "workers", "use_multiprocessing", "max_q_size", "nb_worker", "pickle_safe")
_OF_KERAS_1 = frozenset({"max_q_size", "nb_epoch", "nb_worker", "pickle_safe", *_SAMPLES})
_KEYWORDS = frozenset(
    (
        *(None, "generator", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "steps"),
        *("validation_steps", "validation_freq", "class_weight", "shuffle", "initial_epoch", "nb_epoch"),
        *_LOADING,
        *_SAMPLES,
    )
)
"""The keywords of the generator methods in Keras 1 and 2; None is ``**kwargs``."""
_BY_BATCHES = re.compile(r"//|/|steps|batches", re.IGNORECASE)


@visit(GENERATORS, methods=frozenset(_METHODS), of={MODEL})
def generators(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``fit_generator`` and its relatives, with the names of Keras 1 too."""
    model = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    new, order = _METHODS[call.func.attr]
    if (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None or overrides(ctx, call):
        return
    keywords = {keyword.arg for keyword in call.keywords}
    if ctx.receiver(model) is None and keywords - _KEYWORDS:
        return  # a method of the same name of something else
    text = f"{call.func.attr} is {new}"
    samples = list(_counts_of_samples(call, ctx, order))
    divided = [_divided(count, call, ctx) for count in samples]
    if None in divided or ctx.arguments(call).star or len(call.args) > len(order):
        hint = f"pass the arguments by name, then call {new}"
        if samples:
            hint = f"{samples[0][0]} counts samples, {new} counts batches: divide by the batch size"
        yield Match(GENERATORS, call, message=text, hint=hint, fix=Fix.MANUAL)
        return
    edits: list[Edit] = [RenameAttribute(call.func, new)]
    edits.append(NameArguments(call, ("", *order[1 : len(call.args)])))
    edits += [RenameArgument(call, old, name) for old, name in _NAMES.items() if old in keywords]
    edits += [DropArgument(call, name) for name in _LOADING if name in keywords]
    edits += [edit for given in divided if given is not None for edit in given]
    symbol = f"keras.Model.{call.func.attr}"
    yield Match(GENERATORS, call, message=text, edits=tuple(edits), symbol=symbol, fix=fix)


def _counts_of_samples(
    call: ast.Call, ctx: Context, order: tuple[str, ...]
) -> Iterator[tuple[str, ast.expr, bool]]:
    """The arguments that count samples, by the name of today or of Keras 1, and whether they are positional."""
    keywords = ctx.arguments(call).keywords
    for name in sorted(keywords.keys() & _SAMPLES.keys()):
        yield name, keywords[name].value, False
    if _OF_KERAS_1 & keywords.keys() or _written_for_keras_1(ctx):
        for index in {1, 6} & set(range(len(call.args))):
            if _BY_BATCHES.search(ctx.source(call.args[index])) is None:
                yield order[index] if index < len(order) else "nb_val_samples", call.args[index], True


def _written_for_keras_1(ctx: Context) -> bool:
    """Whether the pins of the project leave no release but Keras 1."""
    return all(release < Version("2") for release in releases(ctx, "keras"))


def _divided(count: tuple[str, ast.expr, bool], call: ast.Call, ctx: Context) -> tuple[Edit, ...] | None:
    """The edits that make batches of a count of samples; None when the size of a batch cannot be seen."""
    name, value, positional = count
    args = ctx.arguments(call, "generator", "", "", "", "", "validation_data")
    wanted = _SAMPLES.get(name, name)
    size = _batch_size(args.get("validation_data" if wanted == "validation_steps" else "generator"), ctx)
    if size is None:
        return None
    code = Code("math.ceil(count / size)", {"count": value, "size": size})
    if positional:
        return (ReplaceExpression(value, code),)
    return DropArgument(call, name), SetArgument(call, wanted, code)


def _batch_size(generator: ast.expr | None, ctx: Context) -> ast.expr | None:
    """``32`` of ``generator.flow(x, y, batch_size=32)``, given directly or by a name that is bound once."""
    made = given_once(generator, ctx) or generator
    flows = {"flow", "flow_from_directory", "flow_from_dataframe"}
    if not isinstance(made, ast.Call) or getattr(made.func, "attr", "") not in flows:
        return None
    size = ctx.arguments(made).keywords.get("batch_size")
    return size.value if size is not None and isinstance(size.value, (ast.Constant, ast.Name)) else None


_STEPS = {
    "fit": ("steps_per_epoch", "validation_steps"),
    "evaluate": ("steps",),
    "predict": ("steps",),
}


@visit(FRACTIONS, methods=frozenset(_STEPS), of={MODEL})
def fractions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``steps_per_epoch=len(x) / batch_size``."""
    model = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    wanted = set(_STEPS[call.func.attr])
    given = [
        keyword for keyword in call.keywords if keyword.arg in wanted and _is_fraction(keyword.value, ctx)
    ]
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
    for keyword in given if not overrides(ctx, call) else ():
        code = Code("math.ceil(steps)", {"steps": keyword.value})
        edit = ReplaceExpression(keyword.value, code)
        text = f"{keyword.arg}= may not be an integer"
        yield Match(FRACTIONS, call, text, edits=(edit,), argument=keyword.arg or "", fix=fix)


def _is_fraction(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is a division, or a name that is given one and nothing else."""
    value = given_once(node, ctx) or node
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div)
