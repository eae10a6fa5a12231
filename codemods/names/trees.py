"""Fast walks over ``ast`` trees: the fields that can hold nodes are looked up once for each class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_SKIPPED = {"ctx", "lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment", "type_ignores"}
_LEAF_FIELDS = {
    "arg",
    "asname",
    "attr",
    "conversion",
    "id",
    "is_async",
    "kind",
    "kwd_attrs",
    "level",
    "module",
    "name",
    "names",
    "op",
    "ops",
    "rest",
    "simple",
    "tag",
}


def _child_fields() -> dict[type[object], tuple[str, ...]]:
    fields: dict[type[object], tuple[str, ...]] = {}
    for item in vars(ast).values():
        if isinstance(item, type) and issubclass(item, ast.AST):
            leaf = _SKIPPED | _LEAF_FIELDS
            fields[item] = tuple(name for name in item._fields if name not in leaf)
    fields[ast.Constant] = ()
    fields[type(None)] = ()  # the key of ``**mapping`` in a dict display
    return fields


CHILDREN = _child_fields()
"""Fields of each node class that can hold nodes the walk cares for."""

_ALL_CHILDREN: dict[type[object], tuple[str, ...]] = {
    **{
        cls: (*names, "names") if cls in {ast.Import, ast.ImportFrom} else names
        for cls, names in CHILDREN.items()
    },
}


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Like ``ast.walk`` without operators and contexts, several times as fast; a parent before its children."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        for name in _ALL_CHILDREN[current.__class__]:
            child = getattr(current, name)
            if child.__class__ is list:
                stack.extend(item for item in child if item is not None)
            elif child is not None:
                stack.append(child)


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """The node around each node of a tree."""
    parents: dict[ast.AST, ast.AST] = {}
    stack = [tree]
    while stack:
        outer = stack.pop()
        for name in _ALL_CHILDREN[outer.__class__]:
            child = getattr(outer, name)
            if child.__class__ is list:
                for item in child:
                    if item is not None:
                        parents[item] = outer
                        stack.append(item)
            elif child is not None:
                parents[child] = outer
                stack.append(child)
    return parents
