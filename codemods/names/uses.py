"""Which names a file uses, exports, and will no longer use after some edits."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    ReplaceExpression,
    ReplaceReference,
    ReplaceStatement,
    SetArgument,
)


def loaded_names(node: ast.AST) -> list[ast.Name]:
    """The names that a node reads."""
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]


def root_name(node: ast.AST) -> ast.Name | None:
    """The ``a`` of ``a.b.c``."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def dotted(node: ast.AST) -> str:
    """A name, or a dotted one; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def computes_nothing(node: ast.expr) -> bool:
    """Whether an expression can be written twice: a name, a literal, a member or a plain element of one."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Constant, ast.Name)):
            return False
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def root_of_reference(place: ast.AST) -> str:
    """The first name of the reference that stands (or is called) at a place."""
    while isinstance(place, (ast.Attribute, ast.Call, ast.Subscript)):
        place = place.func if isinstance(place, ast.Call) else place.value
    return place.id if isinstance(place, ast.Name) else ""


def imported_path(statement: ast.AST | None, alias: ast.alias) -> str:
    """The dotted path of what an import brings, without the dots of a relative one."""
    module = getattr(statement, "module", None)
    return f"{module}.{alias.name}" if module else alias.name


def about_keras(statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import brings TensorFlow or a Keras."""
    module = getattr(statement, "module", None) or ""
    paths = [module] if module else [alias.name for alias in statement.names]
    return any(path.partition(".")[0] in {"tensorflow", "keras", "tf_keras"} for path in paths)


def exported(tree: ast.Module) -> set[str]:
    """The names in ``__all__``."""
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
                names |= {
                    n.value
                    for n in ast.walk(statement)
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
    return names


def removed_names(edits: Sequence[Edit]) -> set[ast.Name]:
    """Name nodes that are gone after the edits; what an argument held that is dropped may be put elsewhere."""
    gone: set[ast.Name] = set()
    dropped: list[ast.expr] = []
    holes: list[ast.expr] = []
    for edit in edits:
        regions: list[ast.AST] = []
        code: Code | str = ""
        match edit:
            case ReplaceReference(node=node) if isinstance(node, ast.expr):
                regions = [node]
            case ReplaceExpression(node=ast.JoinedStr()):
                pass  # its literal text changes, and what it formats stays
            case ReplaceExpression(node=node, code=code) | ReplaceStatement(node=node, code=code):
                regions = [node]
            case DropArgument(call=call, argument=argument):
                named = [k.value for k in call.keywords if k.arg == argument]
                dropped += [call.args[argument]] if isinstance(argument, int) else named
            case SetArgument(call=call, name=name, value=code):
                regions = [k.value for k in call.keywords if k.arg == name]
        own = list(code.holes.values()) if isinstance(code, Code) else []
        kept = {name for hole in own for name in loaded_names(hole)}
        gone.update(name for region in regions for name in loaded_names(region) if name not in kept)
        holes += own
    below = {node for value in dropped for node in ast.walk(value)}
    moved = {name for hole in holes if hole in below for name in loaded_names(hole)}
    return gone | {name for value in dropped for name in loaded_names(value)} - moved
