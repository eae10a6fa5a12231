"""SAV: classes of a project that derive from ModelCheckpoint and are told the path when they are made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, InsertStatement, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import defined_once, method_of, super_init
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CHECKPOINT_CLASS = SourceRule(
    code="SAV020",
    name="checkpoint-class",
    summary="The constructor of ModelCheckpoint requires paths that end in .keras, .h5 or .weights.h5.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    destination=">=3.8",
    why="A derived class that passes on a path from its own arguments raises `The filepath provided must end in "
    ".keras` when it is instantiated for `model.hdf5`, a name that Model.save still writes. The base class gets a "
    "name that it accepts, and the path stays as the caller gave it if save() accepts it, because readers of the "
    "file know it by that name. A path without such a suffix, a SavedModel folder in Keras 2, becomes a .keras "
    "file.",
    references=("keras-team/keras-io#1844", GUIDE),
    manual="pass the base class a path that ends in .keras, .h5 or .weights.h5",
    proofs=(Proof(unsafe=True),),
)
_HELPER = '''\
def checkpoint_path(path, save_weights_only=False):
    """The path, or one beside it that the constructor of ModelCheckpoint takes."""
    path = os.fspath(path)
    name = path[: -len(".hdf5")] if path.endswith(".hdf5") else path
    if save_weights_only:
        return name if name.endswith(".weights.h5") else f"{name.removesuffix('.h5')}.weights.h5"
    return name if name.endswith((".keras", ".h5")) else f"{name}.keras"
'''
_KEPT = """\
if str({path}).endswith(".hdf5") and not self.save_weights_only:
    self.filepath = str({path})
"""
_ORDER = ("filepath", "monitor", "verbose", "save_best_only", "save_weights_only")


@visit(CHECKPOINT_CLASS, bases={"keras.callbacks.ModelCheckpoint"})
def checkpoint_classes(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``super().__init__(filepath, **kwargs)`` with a ``filepath`` that ``__init__`` takes."""
    found = list(_hands_on(cls, ctx))
    others = [
        path for other, _ in ctx.module.index.classes if other is not cls for _, path in _hands_on(other, ctx)
    ]
    for statement, path in found:
        call = statement.value
        assert isinstance(call, ast.Call)
        edits: tuple[Edit, ...] = (
            *defined_once(ctx, path, "checkpoint_path", _HELPER, [path, *others]),
            ReplaceExpression(path, _taken(path, call, ctx)),
            InsertStatement(
                statement,
                Code(_KEPT.format(path=path.id)),
                after=True,
            ),
        )
        yield Match(CHECKPOINT_CLASS, call, edits=edits, symbol=cls.name, argument="filepath")


def _hands_on(cls: ast.ClassDef, ctx: Context) -> Iterator[tuple[ast.Expr, ast.Name]]:
    """The statements of a class that give a parameter of its constructor to that of ModelCheckpoint as the path."""
    init = method_of(cls, "__init__")
    if init is None or "keras.callbacks.ModelCheckpoint" not in ctx.bases(cls):
        return
    names = {argument.arg for argument in (*init.args.posonlyargs, *init.args.args, *init.args.kwonlyargs)}
    for statement in walk(init):
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(statement, ast.Expr) and isinstance(call, ast.Call) and super_init(call.func):
            path = ctx.arguments(call, *_ORDER).get("filepath")
            if isinstance(path, ast.Name) and path.id in names:
                yield statement, path


def _taken(path: ast.Name, call: ast.Call, ctx: Context) -> Code:
    """A call of the helper; whether only weights are written it learns from the same arguments."""
    only = ctx.arguments(call, *_ORDER).get("save_weights_only")
    if only is not None:
        return Code("checkpoint_path(path, only)", {"path": path, "only": only})
    rest = next((keyword.value for keyword in call.keywords if keyword.arg is None), None)
    if rest is not None:
        text = 'checkpoint_path(path, rest.get("save_weights_only", False))'
        return Code(text, {"path": path, "rest": rest})
    return Code("checkpoint_path(path)", {"path": path})
