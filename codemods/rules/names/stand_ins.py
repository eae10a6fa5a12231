"""API: classes that derive from one that is gone, so that the rest of their module can be imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, Edit, InsertStatement, ReplaceExpression
from codemods.names.values import ancestry
from codemods.rules._evidence import top_statement
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_STAND_IN = '''\
class {name}({base}):
    """Stands for {symbol}, which Keras 3 lacks: a class can derive from it, but none can be made."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("Keras 3 has no {symbol}: write it, or leave out what derives from it")
'''
_BASES = {
    "layers": "keras.layers.Layer",
    "losses": "keras.losses.Loss",
    "metrics": "keras.metrics.Metric",
    "optimizers": "keras.optimizers.Optimizer",
}

GONE_BASE = SourceRule(
    code="API006",
    name="base-class-removed",
    summary="A class that Keras 3 lacks is used as a base class or named while a module is imported, which stops "
    "the import.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="One such class makes everything else in its module unusable, and often the whole package. A stand-in lets "
    "the module be imported and raises when the class is instantiated; it remains a finding until the class is "
    "written or removed.",
    references=("keras-team/keras#18467",),
    manual="write the removed class into the project, or remove what derives from it",
    proofs=(Proof(unsafe=True),),
)


GONE_ALIAS = SourceRule(
    code="API007",
    name="alias-of-a-name-removed",
    summary="A name in the module is an alias for one that Keras 3 lacks, and nothing uses it.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Packages that re-export the Keras modules fail at such a line. It becomes None if no file of the "
    "repository imports it from there; other programs that do get an error on their own line.",
    references=("keras-team/keras#18467",),
    manual="delete the line",
    proofs=(Proof(unsafe=True),),
)


@visit(GONE_ALIAS, packages=("keras",))
def gone_aliases(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``engine = keras.engine`` among the names of a module."""
    name = ctx.name(node)
    symbol = load().symbol(name) if name is not None else None
    if name is None or symbol is None or symbol.status not in {"removed", "internal"}:
        return
    if isinstance(node, ast.expr) and is_spare_alias(node, ctx) and not load().exists(name, ctx.target):
        edits = (ReplaceExpression(node, Code("None")),)
        yield Match(GONE_ALIAS, node, f"keras has no {name.removeprefix('keras.')}", edits=edits, symbol=name)


def is_spare_alias(node: ast.expr, ctx: Context) -> bool:
    """Whether all that is done with an expression is to give it a name of the module that nothing uses."""
    statement = ctx.parent(node)
    if not isinstance(statement, ast.Assign) or statement not in ctx.module.tree.body:
        return False
    target = statement.targets[0]
    if (
        len(statement.targets) > 1
        or not isinstance(target, ast.Name)
        or ctx.module.index.names.get(target.id)
    ):
        return False
    repository = ctx.module.repository
    if repository is None:
        return True
    wanted = repository.wanted(ctx.path.stem)
    return not {target.id, "*"} & wanted and not repository.names_member(ctx.path.stem, target.id)


@visit(GONE_BASE, bases=frozenset(f"keras.{s.name}" for s in load().symbols.values() if s.kind == "class"))
def gone_bases(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``class Own(keras.layers.LocallyConnected1D)``, and the stand-ins that were written."""
    if (ast.get_docstring(cls) or "").startswith("Stands for keras."):
        text = f"{cls.name} is only a stand-in for a removed class"
        yield Match(GONE_BASE, cls, text, symbol=cls.name, severity=Severity.WARNING)
        return
    for base in cls.bases:
        name = _gone(base, ctx)
        if name is not None:
            yield _stand_in(base, name, f"{cls.name} derives from {name}, which was removed", ctx)


@visit(GONE_BASE, packages=("keras",))
def gone_at_import(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``@pytest.mark.parametrize("cls", [keras.layers.LocallyConnected1D])``: evaluated when the module is imported."""
    name = _gone(node, ctx) if isinstance(node, ast.expr) else None
    if name is not None and isinstance(node, ast.expr) and is_evaluated_at_import(node, ctx):
        yield _stand_in(node, name, f"{name} was removed, and the module uses it on import", ctx)


def is_evaluated_at_import(node: ast.expr, ctx: Context) -> bool:
    """Whether a class is mentioned, not called, outside of what runs later, and neither as a base nor as a spare alias.

    Decorators, defaults and annotations of functions are evaluated on import; what the functions do is not.
    """
    if (
        ctx.callee(node) is not None
        or isinstance(ctx.parent(node), ast.ClassDef)
        or is_spare_alias(node, ctx)
    ):
        return False
    inner: ast.AST = node
    for outer in ctx.parents(node):
        if isinstance(outer, ast.Lambda) and inner is outer.body:
            return False
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)) and inner in outer.body:
            return False
        if inner in (getattr(outer, "annotation", None), getattr(outer, "returns", None)) and _postponed(ctx):
            return False
        inner = outer
    return True


def _postponed(ctx: Context) -> bool:
    """Whether annotations are kept as text: ``from __future__ import annotations``."""
    return any(
        isinstance(statement, ast.ImportFrom)
        and statement.module == "__future__"
        and any(alias.name == "annotations" for alias in statement.names)
        for statement, _ in ctx.module.index.imports
    )


def _gone(node: ast.expr, ctx: Context) -> str | None:
    """The name of a class that Keras 3 lacks, where an expression refers to one."""
    name = ctx.name(node)
    symbol = load().symbol(name) if name is not None else None
    if name is None or symbol is None or symbol.status not in {"removed", "internal"} or not ancestry(name):
        return None
    return None if load().exists(name, ctx.target) else name


def _stand_in(node: ast.expr, name: str, message: str, ctx: Context) -> Match:
    """Another name for a class that is gone; the first mention of it brings the class that the name stands for."""
    short = f"Gone{name.rpartition('.')[2]}"
    parent = _BASES.get(name.split(".")[1], "object")
    edits: tuple[Edit, ...] = (ReplaceExpression(node, Code(short)),)
    if node is _first(name, ctx) and short not in ctx.module.index.module.bindings:
        text = _STAND_IN.format(name=short, base=parent, symbol=name)
        edits = (InsertStatement(top_statement(ctx.module.tree, node), Code(text)), *edits)
    return Match(GONE_BASE, node, message, edits=edits, symbol=name)


def _first(name: str, ctx: Context) -> ast.expr:
    """The first mention of a class that is gone which gets a stand-in."""
    bases = [base for cls, _ in ctx.module.index.classes for base in cls.bases if ctx.name(base) == name]
    last = name.rpartition(".")[2]
    index = ctx.module.index
    said: list[ast.expr] = [node for node, _ in (*index.attributes.get(last, ()), *index.names.get(last, ()))]
    named = [n for n in said if ctx.name(n) == name and is_evaluated_at_import(n, ctx)]
    return min((*bases, *named), key=lambda node: (node.lineno, node.col_offset))
