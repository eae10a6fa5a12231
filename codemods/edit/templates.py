"""Turn `codemods.edits.Code` into LibCST nodes: holes filled, references spelled, parentheses where needed."""

# ruff: noqa: N802 - LibCST finds the methods of a visitor by the names of its nodes

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

import libcst as cst

from codemods.edit.importing import Imports
from codemods.edit.literals import requoted
from codemods.edit.references import managed
from codemods.edit.template_text import OPEN
from codemods.edits import Code
from codemods.names.uses import computes_nothing

_ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.BaseNumber,
    cst.SimpleString,
    cst.FormattedString,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.Ellipsis,
)
_TIGHTER = (cst.Comparison, cst.UnaryOperation, cst.BinaryOperation)
"""Expressions that bind tighter than ``and``, ``or`` and ``not``."""


class Templates:
    """Creates nodes from code for one file.

    Args:
        imports: spells references.
        filler: returns the edited counterpart of the ``ast`` node of a hole.
    """

    def __init__(self, imports: Imports, filler: Callable[[ast.AST], cst.CSTNode]) -> None:
        self._imports = imports
        self._filler = filler

    def expression(self, code: Code | str, place: ast.AST) -> cst.BaseExpression:
        """An expression used as an argument."""
        made = self._filled(_parsed_expression(_text(code)), code, place)
        assert isinstance(made, cst.BaseExpression)
        return _parenthesized(made) if isinstance(made, cst.GeneratorExp) and not made.lpar else made

    def replacing(self, code: Code | str, place: ast.expr, old: cst.CSTNode) -> cst.CSTNode:
        """An expression that replaces another one, in that one's parentheses."""
        made = self.expression(code, place)
        if getattr(old, "lpar", None):
            return made.with_changes(
                lpar=[*old.lpar, *made.lpar],  # type: ignore[attr-defined]
                rpar=[*made.rpar, *old.rpar],  # type: ignore[attr-defined]
            )
        parent = self._imports.context.parent(place)
        operand = isinstance(made, _TIGHTER) and isinstance(parent, ast.BoolOp) and not _negation(made)
        if isinstance(made, _ATOMS) or made.lpar or operand or isinstance(parent, OPEN):
            callee = isinstance(parent, ast.Call) and parent.func is place
            return _parenthesized(made) if callee and not _atomic(made) else made
        return _parenthesized(made)

    def statements(self, code: Code | str, place: ast.AST) -> list[cst.BaseStatement]:
        """Statements at the indentation of ``place``."""
        module = _parsed_module(_text(code))
        made = [self._filled(statement, code, place) for statement in module.body]
        if made and module.header:  # blank lines that the code begins with
            blank = [line.with_changes(indent=False) for line in module.header]
            made[0] = made[0].with_changes(leading_lines=blank)
        return [statement for statement in made if isinstance(statement, cst.BaseStatement)]

    def _filled(self, node: cst.CSTNode, code: Code | str, place: ast.AST) -> cst.CSTNode:
        holes = code.holes if isinstance(code, Code) else {}
        filled = node.visit(_Fill(holes, self._filler, self._imports, place, _mentioned(_text(code))))
        assert isinstance(filled, cst.CSTNode)
        return filled


@lru_cache(maxsize=256)
def _parsed_expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


@lru_cache(maxsize=256)
def _parsed_module(text: str) -> cst.Module:
    return cst.parse_module(text)


@lru_cache(maxsize=1024)
def _mentioned(text: str) -> Counter[str]:
    """How often a piece of code mentions each name."""
    return Counter(node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))


class _Fill(cst.CSTTransformer):
    def __init__(
        self,
        holes: Mapping[str, ast.expr],
        filler: Callable[[ast.AST], cst.CSTNode],
        imports: Imports,
        place: ast.AST,
        times: Mapping[str, int],
    ) -> None:
        super().__init__()
        self._holes = holes
        self._filler = filler
        self._imports = imports
        self._place = place
        self._bare: set[cst.CSTNode] = set()
        self._times = times
        self._kept: dict[str, str] = {}
        """By hole: the name that its value got where it first occurred."""
        self._no_reference = False

    def visit_Arg(self, node: cst.Arg) -> bool:
        self._bare.add(node.value)
        return node.keyword is None or True

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        """Keywords are not references."""
        self._no_reference = True

    def leave_Arg_keyword(self, node: cst.Arg) -> None:
        """What follows the keyword may be one."""
        self._no_reference = False

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        """Members are not references."""
        self._no_reference = True

    def leave_Attribute_attr(self, node: cst.Attribute) -> None:
        """What follows the member may be one."""
        self._no_reference = False

    def visit_Element(self, node: cst.Element) -> None:
        self._bare.add(node.value)

    def visit_Index(self, node: cst.Index) -> None:
        self._bare.add(node.value)

    def visit_Assign(self, node: cst.Assign) -> None:
        self._bare.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return _dotted(node) is None or _dotted(node, self._holes) is None

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        dotted = _dotted(original_node, self._holes)
        if dotted is not None and managed(dotted):
            return cst.parse_expression(self._imports.spell(dotted, self._place))
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        name = original_node.value
        hole = self._holes.get(name)
        if hole is None or self._no_reference:
            return updated_node
        filler = self._filler(hole)
        assert isinstance(filler, cst.BaseExpression)
        if self._times[name] > 1 and not computes_nothing(hole):
            if name in self._kept:
                return cst.Name(self._kept[name])
            self._kept[name] = self._imports.fresh(name)
            named = cst.NamedExpr(cst.Name(self._kept[name]), filler)
            return _parenthesized(named)
        if isinstance(filler, cst.GeneratorExp) and not filler.lpar:
            return _parenthesized(filler)
        bare = original_node in self._bare and not isinstance(filler, (cst.NamedExpr, cst.Yield))
        return filler if bare or _atomic(filler) else _parenthesized(filler)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        quote = self._imports.context.quote
        value = original_node.value
        plain = value[:1] in {"'", '"'} and value[:3] not in {"'''", '"""'}
        if not plain or not quote or quote in value[1:-1] or "\\" in value:
            return updated_node
        return updated_node.with_changes(value=f"{quote}{value[1:-1]}{quote}")

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        keyword = original_node.keyword  # a keyword with the name of a hole is not a hole
        return updated_node.with_changes(keyword=keyword)


def _negation(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not)


def _dotted(node: cst.BaseExpression, holes: Mapping[str, ast.expr] | None = None) -> str | None:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name) or (holes and node.value in holes):
        return None
    return ".".join([node.value, *reversed(parts)])


def _text(code: Code | str) -> str:
    return code.text if isinstance(code, Code) else code


def _atomic(node: cst.BaseExpression) -> bool:
    return bool(node.lpar) or isinstance(node, _ATOMS)


def _parenthesized(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])


def requote(node: cst.CSTNode, value: str) -> cst.CSTNode:
    """Another value in a string literal, with its prefix and quotes preserved if the value allows."""
    made = requoted(node.value, value) if isinstance(node, cst.SimpleString) else None
    if made is None:
        raise cst.CSTValidationError("only a plain string literal can get another value")
    return node.with_changes(value=made)
