"""CUS: what classes of a project give to the constructors of their base classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
)
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, LOSS, METRIC, MODEL, method_of, super_init
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CUS007 = SourceRule(
    code="CUS007",
    name="loss-constructor-order",
    summary="The first argument of Loss.__init__ is the name, not the reduction.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="(reduction, name) became (name, reduction, dtype): super().__init__('none') silently sets the name of the "
    "loss and takes the mean over the batch.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)


CUS008 = SourceRule(
    code="CUS008",
    name="metric-constructor-order",
    summary="The first argument of Metric.__init__ is the dtype, not the name.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(name, dtype) became (dtype, name) in Keras 3.6; before that the old order worked. Names always work.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


CUS009 = SourceRule(
    code="CUS009",
    name="layer-constructor-order",
    summary="Layer.__init__ accepts only keyword arguments.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(trainable, name, dtype, dynamic) are keyword-only in Keras 3.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


CUS017 = SourceRule(
    code="CUS017",
    name="dynamic-layer",
    summary="Layers cannot be dynamic.",
    severity=Severity.ERROR,
    why="dynamic=True kept a layer out of graphs: compile the model with run_eagerly=True instead.",
    references=(GUIDE,),
    manual="delete the argument and compile with run_eagerly=True",
    proofs=(Proof(),),
)


CUS027 = SourceRule(
    code="CUS027",
    name="sequence-constructor",
    summary="A Sequence must call the constructor of its base class.",
    severity=Severity.WARNING,
    why="Sequence is PyDataset, whose constructor stores workers, use_multiprocessing and max_queue_size. Without "
    "it, Keras warns at every fit.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


_SUPER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (LOSS, ("reduction", "name")),
    (METRIC, ("name", "dtype")),
    (LAYER, ("trainable", "name", "dtype", "dynamic")),
)


@visit(CUS007, CUS008, CUS009, CUS017, bases={LOSS, METRIC, LAYER})
def super_calls(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``super().__init__("name")`` of a class that derives directly from a base class of Keras."""
    init = method_of(cls, "__init__")
    if init is None:
        return
    direct = {ctx.name(base) for base in cls.bases}
    for call in walk(init):
        if not isinstance(call, ast.Call) or not super_init(call.func):
            continue
        if call.args and ctx.source(call.args[0]) == "self" and {LAYER, MODEL} & set(ctx.bases(cls)):
            edits: tuple[Edit, ...] = (DropArgument(call, 0),)
            yield Match(CUS009, call, "the constructor receives self twice", edits=edits, argument="self")
            continue
        for keyword in call.keywords:
            if keyword.arg == "dynamic" and {LAYER, MODEL} & set(ctx.bases(cls)):
                neutral = ctx.literal(keyword.value) is False
                edits = (DropArgument(call, "dynamic"),) if neutral else ()
                fix = Fix.SAFE if neutral else Fix.MANUAL
                yield Match(CUS017, call, hint=CUS017.manual, edits=edits, argument="dynamic", fix=fix)
        for base, order in _SUPER:
            given = len(call.args)
            if base not in _public(direct) or not given or given > len(order):
                continue
            if not ctx.arguments(call).star and not set(order[:given]) & {k.arg for k in call.keywords}:
                rule = {LOSS: CUS007, METRIC: CUS008}.get(base, CUS009)
                yield Match(rule, call, edits=(NameArguments(call, order[:given]),), argument=order[0])


def _public(names: set[str | None]) -> set[str]:
    return {LAYER if name == "keras.Layer" else name for name in names if name}


@visit(CUS027, bases={"keras.utils.Sequence", "keras.utils.PyDataset"})
def sequences(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``Sequence`` subclasses that never call the constructor of the base."""
    init = method_of(cls, "__init__")
    if init is None or any(super_init(node) for node in walk(init)):
        return
    if {ctx.name(base) for base in cls.bases} & {"keras.utils.Sequence", "keras.utils.PyDataset"}:
        first = init.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(ctx.literal(first.value), str)
        code = Code("super().__init__()")
        yield Match(CUS027, init, edits=(InsertStatement(first, code, after=documented),))
