"""`codemods.edits.Code` as text: holes filled, references spelled, parentheses where needed.

What comes out is what `codemods.edit.templates` makes of trees. Where text does not tell what a tree would (which of
two pairs of parentheses is a call's, a value that has to be computed once), the answer is None and the edit is left to
a tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from codemods.edit.importing import Imports
from codemods.edit.literals import LITERAL
from codemods.edit.references import managed
from codemods.edits import Code
from codemods.files.source import Source
from codemods.names.uses import computes_nothing, dotted

_ATOMS = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.JoinedStr, ast.List, ast.Dict, ast.Set),
    *(ast.ListComp, ast.SetComp, ast.DictComp),
)
OPEN = (
    *(
        ast.Call,
        ast.keyword,
        ast.Assign,
        ast.Return,
        ast.Expr,
        ast.AnnAssign,
        ast.AugAssign,
        ast.List,
        ast.Tuple,
    ),
    *(ast.If, ast.While, ast.Assert),
)
"""Parents under which any expression but a bare tuple can stand without parentheses."""
_TIGHTER = (ast.Compare, ast.UnaryOp, ast.BinOp)
"""What binds tighter than ``and``, ``or`` and ``not``."""
_BARE = (ast.Call, ast.keyword, ast.List, ast.Tuple, ast.Set, ast.Subscript)
"""Parents in a template that are brackets around a hole."""
_WORD = re.compile(r"\d[\w.]*(?:[eE][-+]\d+)?|[\w.]+")
_SIMPLE = re.compile(r"""(?P<quote>['"])[^'"\\\n]*(?P=quote)""")
_BEFORE = re.compile(r"\(\s*\Z")
_BEHIND = re.compile(r"\s*\)")


class _Slot(NamedTuple):
    """A place in a template that is filled: ``kind`` is ``hole``, ``reference`` or ``string``."""

    start: int
    end: int
    kind: str
    name: str
    bare: bool


class _Template(NamedTuple):
    body: ast.expr
    slots: tuple[_Slot, ...]


class Filled(NamedTuple):
    """A template that was filled."""

    text: str
    body: ast.expr
    atomic: bool


def filled(
    code: Code | str,
    place: ast.AST,
    source: Source,
    imports: Imports,
    holes: Callable[[ast.expr], tuple[str, bool] | None],
) -> Filled | None:
    """The text of an expression.

    Args:
        code: the template.
        place: the node where its references are spelled.
        source: the file.
        imports: its imports.
        holes: the text of a hole after its own edits, and whether nothing around can tear it apart; None when it is
            left to a tree.
    """
    given: Mapping[str, ast.expr] = code.holes if isinstance(code, Code) else {}
    template = _template(code.text if isinstance(code, Code) else code, frozenset(given))
    if template is None:
        return None
    text, parts, at = code.text if isinstance(code, Code) else code, list[str](), 0
    names = [slot.name for slot in template.slots if slot.kind == "hole"]
    for slot in template.slots:
        parts.append(text[at : slot.start])
        at = slot.end
        old = text[slot.start : slot.end]
        if slot.kind == "reference":
            parts.append(imports.spell(slot.name, place))
        elif slot.kind == "string":
            parts.append(_quoted(old, imports.context.quote))
        else:
            hole = holes(given[slot.name])
            if hole is None or (names.count(slot.name) > 1 and not computes_nothing(given[slot.name])):
                return None
            bare = slot.bare and not isinstance(given[slot.name], (ast.NamedExpr, ast.Yield, ast.YieldFrom))
            parts.append(hole[0] if hole[1] or bare else f"({hole[0]})")
    return Filled(
        "".join((*parts, text[at:])), template.body, isinstance(template.body, (*_ATOMS, ast.Constant))
    )


def in_place_of(made: Filled, node: ast.expr, imports: Imports) -> str:
    """A filled template in place of an expression without parentheses of its own."""
    parent = imports.context.parent(node)
    negation = isinstance(made.body, ast.UnaryOp) and isinstance(made.body.op, ast.Not)
    operand = isinstance(made.body, _TIGHTER) and isinstance(parent, ast.BoolOp) and not negation
    callee = isinstance(parent, ast.Call) and parent.func is node
    stands = made.atomic or operand or (isinstance(parent, OPEN) and not callee)
    return made.text if stands else f"({made.text})"


def is_atomic(node: ast.expr, text: str) -> bool | None:
    """Whether nothing around an expression can tear it apart; None when its text does not tell."""
    if isinstance(node, ast.Constant):
        return True if LITERAL.fullmatch(text) or _WORD.fullmatch(text) else None
    if isinstance(node, (ast.Tuple, ast.GeneratorExp)):
        return None
    return isinstance(node, _ATOMS)


def in_parentheses(source: Source, node: ast.expr, imports: Imports) -> bool:
    """Whether an expression has, or may have, parentheses of its own."""
    start, end = source.span(node)
    before = _BEFORE.search(source.text, max(0, start - 200), start)
    if before is None or _BEHIND.match(source.text, end) is None:
        return False
    call = imports.context.parent(node)
    if isinstance(call, ast.keyword):
        return True
    if not isinstance(call, ast.Call) or call.args != [node] or call.keywords:
        return True
    return source.text[source.span(call.func)[1] : start].count("(") != 1


@lru_cache(maxsize=1024)
def _template(text: str, holes: frozenset[str]) -> _Template | None:
    """A template with the places that are filled; None for one that only a tree can fill."""
    if "\n" in text or text.startswith("(") or not text.isascii():
        return None
    body = ast.parse(text, mode="eval").body
    nodes = list(ast.walk(body))
    if any(isinstance(node, (ast.Lambda, ast.JoinedStr, ast.GeneratorExp, ast.NamedExpr)) for node in nodes):
        return None
    return _Template(body, tuple(sorted(_slots(body, None, holes))))


def _slots(node: ast.AST, parent: ast.AST | None, holes: frozenset[str]) -> Iterator[_Slot]:
    path = dotted(node)
    if path.partition(".")[0] not in holes and "." in path and managed(path):
        yield _Slot(*_span(node), "reference", path, bare=False)
        return
    if isinstance(node, ast.Name) and node.id in holes:
        bare = isinstance(parent, _BARE) and node is not getattr(parent, "func", None)
        bare = bare and not (isinstance(parent, ast.Subscript) and node is parent.value)
        yield _Slot(*_span(node), "hole", node.id, bare)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _Slot(*_span(node), "string", "", bare=False)
    for child in ast.iter_child_nodes(node):
        yield from _slots(child, node, holes)


def _span(node: ast.AST) -> tuple[int, int]:
    return node.col_offset, node.end_col_offset or 0  # type: ignore[attr-defined]


def _quoted(literal: str, quote: str) -> str:
    """A plain literal of a template with the quotation marks of the file."""
    plain = bool(quote) and _SIMPLE.fullmatch(literal) is not None
    return f"{quote}{literal[1:-1]}{quote}" if plain else literal
