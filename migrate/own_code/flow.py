"""Which statements of a body a name depends on: what binds it, what that reads, and so on, in their order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from migrate.own_code.modules import SourceModule

_CHANGES = frozenset({"add", "append", "build", "extend", "insert", "pop", "remove", "setdefault", "update"})
"""Methods that change the object that they are called on, and make nothing else happen."""
_BODIES = ("body", "orelse", "finalbody")


def needed(body: Sequence[ast.stmt], names: set[str]) -> tuple[list[ast.stmt], set[str]]:
    """The statements of a body that names depend on at its end, and the names that they depend on at its beginning.

    Branches and loops are kept with those of their statements that matter; definitions are left out, their names are
    among those that are needed.
    """
    live = set(names)
    kept: list[ast.stmt] = []
    for node in reversed(body):
        part = _part(node, live)
        if part is not None:
            statement, live = part
            kept.append(statement)
    kept.reverse()
    return kept, live


def _part(node: ast.stmt, live: set[str]) -> tuple[ast.stmt, set[str]] | None:
    """What of a statement is needed, and the names needed before it; None where nothing is."""
    match node:
        case ast.Assign(targets=targets, value=value):
            changed = {root for target in targets for root in roots(target)}
            if not changed & live:
                return None
            plain = {target.id for target in targets if isinstance(target, ast.Name)}
            plain |= {
                e.id for t in targets if isinstance(t, ast.Tuple) for e in t.elts if isinstance(e, ast.Name)
            }
            beside = {name for target in targets for name in names_read(target)}
            return node, (live - plain) | names_read(value) | beside
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return (node, (live - {name}) | names_read(value)) if name in live else None
        case ast.AugAssign(target=target):
            return (node, live | names_read(node)) if set(roots(target)) & live else None
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=attr))):
            changes = attr in _CHANGES and bool(set(roots(owner)) & live)
            return (node, live | names_read(node)) if changes else None
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            bound = {(entry.asname or entry.name).split(".")[0] for entry in names}
            return (node, live - bound) if bound & live else None
        case ast.If() | ast.For() | ast.While() | ast.With() | ast.Try():
            return _compound(node, live)
    return None


def _compound(
    node: ast.If | ast.For | ast.While | ast.With | ast.Try, live: set[str]
) -> tuple[ast.stmt, set[str]] | None:
    if isinstance(node, ast.Try):
        kept, before = needed(node.body, live)
        return (ast.If(ast.Constant(True), kept, []), before) if kept else None
    loops = isinstance(node, ast.For | ast.While)
    wanted = live
    for _ in range(2 if loops else 1):  # what a later round reads an earlier one may bind
        parts = {field: needed(getattr(node, field, None) or [], wanted) for field in _BODIES}
        wanted = wanted.union(*(before for _, before in parts.values())) if loops else wanted
    if not any(kept for kept, _ in parts.values()):
        return None
    before = (
        live.union(*(names for _, names in parts.values()))
        if loops
        else set.union(*(parts[field][1] for field in ("body", "orelse")))
    )
    match node:
        case ast.If(test=test):
            return ast.If(test, parts["body"][0] or [ast.Pass()], parts["orelse"][0]), before | names_read(
                test
            )
        case ast.While(test=test):
            return ast.While(test, parts["body"][0] or [ast.Pass()], []), before | names_read(test)
        case ast.For(target=target, iter=over):
            made = ast.For(target, over, parts["body"][0] or [ast.Pass()], [], lineno=node.lineno)
            return made, (before - set(roots(target))) | names_read(over)
        case ast.With(items=items):
            return ast.With(items, parts["body"][0], lineno=node.lineno), before | names_read(*items)
    return None


def names_read(*nodes: ast.AST) -> set[str]:
    """Names that expressions or statements read, those of comprehensions left out."""
    inner = [part for node in nodes for part in ast.walk(node)]
    found = {part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    return found - names_inside(*nodes)


def names_bound(node: ast.AST) -> set[str]:
    """Names that a statement binds, in its branches, too."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def names_inside(*nodes: ast.AST) -> set[str]:
    """Names that comprehensions and lambdas inside of expressions bind for themselves."""
    inner = [part for node in nodes for part in ast.walk(node)]
    own = {root for part in inner if isinstance(part, ast.comprehension) for root in roots(part.target)}
    return own | {
        argument.arg for part in inner if isinstance(part, ast.Lambda) for argument in part.args.args
    }


def plain_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body, those below ``if __name__ == "__main__"`` and in ``with`` among them."""
    for node in body:
        match node:
            case ast.With(body=inner):
                yield from plain_statements(inner)
            case ast.If(test=test, body=inner) if "__name__" in names_read(test):
                yield from plain_statements(inner)
            case _:
                yield node


def top_level(module: SourceModule) -> list[ast.stmt]:
    """The statements of a module that run when it does, definitions and imports left out."""
    others = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return list(plain_statements([s.node for s in module.statements if not isinstance(s.node, others)]))


def roots(target: ast.expr) -> Iterator[str]:
    """Names of the variables that an assignment to a target binds or changes."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from roots(part)
        case ast.Attribute(value=owner) | ast.Subscript(value=owner) | ast.Starred(value=owner):
            yield from roots(owner)


def changed_by(node: ast.stmt) -> set[str]:
    """Names that a statement binds or changes, by a call of a method, too, in its branches."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Assign(targets=targets):
                found |= {root for target in targets for root in roots(target)}
            case ast.AugAssign(target=target):
                found |= {*roots(target)}
            case ast.Expr(value=ast.Call(func=called)):
                found |= {*roots(called)}
            case ast.Expr(value=value):
                found |= {*roots(value)}
    return found


def consumers(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names of tensors that layers are called with in a statement, and the classes of those layers."""
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Call(func=made), args=[ast.Name(id=name)]):
                yield name, made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
