"""Which names a file uses, exports, and will no longer use after some edits."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

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


def root_of_reference(place: ast.AST) -> str:
    """The first name of the reference that stands (or is called) at a place."""
    while isinstance(place, (ast.Attribute, ast.Call, ast.Subscript)):
        place = place.func if isinstance(place, ast.Call) else place.value
    return place.id if isinstance(place, ast.Name) else ""


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
    """Name nodes that are gone after the edits."""
    gone: set[ast.Name] = set()
    for edit in edits:
        holes: Iterable[ast.AST] = ()
        regions: list[ast.AST] = []
        match edit:
            case ReplaceReference(node=node) if isinstance(node, ast.expr):
                regions = [node]
            case ReplaceExpression(node=node, code=code):
                regions = [node]
                holes = code.holes.values() if isinstance(code, Code) else ()
            case ReplaceStatement(node=statement, code=code):
                regions = [statement]
                holes = code.holes.values() if isinstance(code, Code) else ()
            case DropArgument(call=call, argument=argument):
                regions = [k.value for k in call.keywords if k.arg == argument]
                if isinstance(argument, int):
                    regions = [call.args[argument]]
            case SetArgument(call=call, name=name, value=code):
                regions = [k.value for k in call.keywords if k.arg == name]
                holes = code.holes.values() if isinstance(code, Code) else ()
        kept = {n for hole in holes for n in loaded_names(hole)}
        gone.update(n for region in regions for n in loaded_names(region) if n not in kept)
    return gone
