"""``K.*``: the functions of ``keras.backend`` that left, said with ``keras.ops`` (family ``BKD``).

Of 148 public functions of the backend ten survive in ``keras.backend``; 123 are alive under ``tf.keras`` only, where
they refuse symbolic tensors. What each becomes stands in the catalogue (``functions.tsv``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function, load
from codemods.edits import Code, Edit, ReplaceExpression, ReplaceReference
from codemods.rules._evidence import held_attribute
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, Target, visit
from codemods.rules.operations._calls import bare, plan
from codemods.rules.operations._special import special
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


BKD001 = SourceRule(
    code="BKD001",
    name="backend-function",
    summary="A keras.backend function is a keras.ops function in Keras 3.",
    severity=Severity.ERROR,
    why="keras.backend keeps the configuration (`floatx`, `epsilon`, `image_data_format`, ...); all tensor "
    "functions were removed. Defaults differ: `argmax` and `concatenate` used the last axis, `cumsum` the first, "
    "`gather` selected rows, `pool2d` had strides of 1. The old defaults are written explicitly.",
    references=(GUIDE, "keras-team/keras#18467"),
    proofs=(
        Proof(),
        Proof("proof_2", tolerance=1e-5),
        Proof("proof_3", tolerance=1e-5),
        Proof("proof_4"),
        Proof("proof_5"),
        Proof("proof_6", tolerance=1e-5),
        Proof("proof_7"),
        Proof("proof_8"),
        Proof("proof_9"),
    ),
)
BKD002 = SourceRule(
    code="BKD002",
    name="backend-function-usually",
    summary="A keras.backend function has a similar Keras 3 function that fits the usual case.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="`bias_add` reshaped a bias to the data format, `switch` broadcast a condition with fewer dimensions at its "
    "end, `random_bernoulli` and `dropout` draw different numbers, and the result of `ones`, `zeros` and `eye` in a "
    "layer attribute was a variable that training changes. `gradients` runs the graph of the loss once more, so "
    "that, if the learning phase is 1, its dropout differs from that of the outputs. If none of this matters, the "
    "edit is right.",
    references=(GUIDE,),
    proofs=(
        Proof(unsafe=True),
        Proof("proof_2", unsafe=True),
        Proof("proof_3", unsafe=True),
        Proof("proof_4", unsafe=True),
        Proof("proof_5", unsafe=True, expect="raises"),
    ),
)
BKD003 = SourceRule(
    code="BKD003",
    name="backend-function-removed",
    summary="A keras.backend function was removed and needs a different construction.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Graph-time tools (`function` with updates, `placeholder`, `learning_phase`, `gradients`, ...) have no "
    "meaning in Keras 3; others need their arguments arranged differently.",
    references=(GUIDE, "keras-team/keras#18467"),
    manual="rewrite it with keras.ops",
)
BKD004 = SourceRule(
    code="BKD004",
    name="backend-function-other-numbers",
    summary="The keras.ops function of the same name computes something different.",
    severity=Severity.ERROR,
    why="The backend's `hard_sigmoid` was clip(0.2 x + 0.5, 0, 1), ops.hard_sigmoid is relu6(x + 3) / 6: at 0.5 "
    "they are 0.6 and 0.583. The backend's `sqrt` took max(x, 0) first; ops.sqrt gives NaN below zero.",
    references=("tensorflow/tensorflow#65381", GUIDE),
    proofs=(Proof(),),
)
_RULES = (BKD001, BKD002, BKD003, BKD004)


_VARIABLES = frozenset({"keras.backend.eye", "keras.backend.ones", "keras.backend.zeros"})
"""Functions that made a variable where their shape was known, which a layer tracks; keras.ops makes a tensor."""
_WEIGHT = "create it with self.add_weight, or keep it as a tensor if training was not meant to change it"


def _needed(node: ast.expr, ctx: Context, name: str) -> bool:
    """Whether the destination lacks the function, or would refuse the tensors it is given."""
    if ctx.target is not Target.TF_KERAS_3 or not load().exists(name, "tf.keras"):
        return True
    call = ctx.callee(node)
    given = [*call.args, *(keyword.value for keyword in call.keywords)] if call is not None else []
    return any(ctx.symbolic(value) for value in given)


def _rule(function: Function, fix: Fix) -> SourceRule:
    if fix is Fix.UNSAFE:
        return BKD002
    return BKD004 if function.severity == "silent" else BKD001


def _attempt(call: ast.Call, ctx: Context, function: Function) -> tuple[tuple[Edit, ...], Fix] | None:
    if not function.call or function.fix == "manual":
        return None
    if function.call.startswith("@"):
        return special(call, ctx, function)
    edits = plan(call, ctx, function)
    return None if edits is None else (edits, Fix(function.fix))


def rewrite(
    node: ast.expr, ctx: Context, rows: tuple[Function, ...]
) -> tuple[tuple[Edit, ...], Fix, Function] | None:
    """The first row of the table that fits a reference, called or passed on."""
    call = ctx.callee(node)
    for function in rows:
        if call is not None:
            answer = _attempt(call, ctx, function)
            if answer is not None:
                return (*answer, function)
        elif function.fix != "manual" and (target := bare(function)) is not None:
            return (ReplaceReference(node, target),), Fix(function.fix), function
    return None


@visit(*_RULES, prefixes=("keras.backend.",))
def backend(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """A mention of a function of the backend."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node)
    rows = load().functions.get(name or "")
    if name is None or rows is None or not _needed(node, ctx, name):
        return
    place = ctx.callee(node) or node
    found = rewrite(node, ctx, rows)
    short = "K." + name.rpartition(".")[2]
    if found is None:
        note = next((row.note for row in rows if row.note), "")
        row = next((row for row in rows if row.call and not row.call.startswith("@")), None)
        hint = note or (f"write {row.call}" if row is not None else "rewrite it with keras.ops")
        yield Match(BKD003, place, message=f"{short} is not in Keras 3", hint=hint, symbol=name)
        return
    edits, fix, function = found
    if (
        name in _VARIABLES
        and isinstance(place, ast.Call)
        and (held := held_attribute(place, ctx)) is not None
    ):
        weight = ReplaceExpression(place, Code("keras.Variable(value)", {"value": place}))
        message = f"{short} created a variable, and so self.{held[1]} became a weight of {held[0].name}"
        yield Match(BKD002, place, message, _WEIGHT, edits=(*edits, weight), symbol=name)
        return
    message = f"{short} is not in Keras 3" + (f": {function.note}" if function.note else "")
    yield Match(
        _rule(function, fix),
        place,
        message=message,
        hint=function.note or "run with --unsafe",
        edits=edits,
        symbol=name,
        fix=fix,
    )
