"""Find LibCST nodes by the span of their ``ast`` counterpart, without metadata providers.

LibCST's own position provider wraps and copies the tree and costs several parses. Generating the code once with
a state that counts characters costs a fraction of one, and it also yields the path from the module to each wanted
node, which is all that a rebuild needs.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import libcst as cst

_EXPRESSIONS: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Call: (cst.Call,),
    ast.Attribute: (cst.Attribute,),
    ast.Name: (cst.Name,),
    ast.Constant: (
        cst.SimpleString,
        cst.ConcatenatedString,
        cst.Integer,
        cst.Float,
        cst.Imaginary,
        cst.Name,
        cst.Ellipsis,
        cst.UnaryOperation,
    ),
    ast.JoinedStr: (cst.FormattedString, cst.ConcatenatedString),
    ast.Compare: (cst.Comparison,),
    ast.BinOp: (cst.BinaryOperation,),
    ast.BoolOp: (cst.BooleanOperation,),
    ast.UnaryOp: (cst.UnaryOperation,),
    ast.Subscript: (cst.Subscript,),
    ast.Import: (cst.Import,),
    ast.ImportFrom: (cst.ImportFrom,),
    ast.FunctionDef: (cst.FunctionDef,),
    ast.AsyncFunctionDef: (cst.FunctionDef,),
    ast.ClassDef: (cst.ClassDef,),
    ast.alias: (cst.ImportAlias,),
    ast.arg: (cst.Param,),
}
"""LibCST classes that can be the counterpart of an ``ast`` class."""


def kinds(node: ast.AST) -> tuple[type[Any], ...]:
    """The LibCST classes to search for the counterpart of a node."""
    known = _EXPRESSIONS.get(type(node))
    if known is not None:
        return known
    if isinstance(node, ast.stmt):
        return (cst.BaseSmallStatement, cst.BaseCompoundStatement)
    return (cst.BaseExpression,)


class _Mark(AbstractContextManager[None]):
    """Records where a node ended if it began at a wanted offset."""

    __slots__ = ("node", "start", "state")

    def __init__(self, state: Any, node: cst.CSTNode, start: int) -> None:
        self.state, self.node, self.start = state, node, start

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        self.state.ended(self.node, self.start)


_NOTHING = nullcontext()


class Finder:
    """A code generation state (by duck type) that finds wanted spans.

    Args:
        module: the parsed module.
        wanted: spans in characters to the ``ast`` nodes that have them.
        loose: those of them that may be a different kind of expression by now.
    """

    def __init__(
        self,
        module: cst.Module,
        wanted: Mapping[tuple[int, int], list[ast.AST]],
        loose: Collection[ast.AST] = (),
    ) -> None:
        self.default_indent = module.default_indent
        self.default_newline = module.default_newline
        self.provider = None
        self.tokens = ("",)  # LibCST checks whether anything was written
        self.found: dict[ast.AST, cst.CSTNode] = {}
        self.dirty: set[cst.CSTNode] = set()
        """Nodes on the path from the module to a found node, including that node."""
        self._wanted = wanted
        self._loose = loose
        self._starts = {start for start, _ in wanted}
        self._indents: list[str] = []
        self._offset = 0
        self._stack: list[cst.CSTNode] = []
        module._codegen(self)  # type: ignore[arg-type]

    # What LibCST calls

    def increase_indent(self, value: str) -> None:
        """An indented block begins."""
        self._indents.append(value)

    def decrease_indent(self) -> None:
        """An indented block ends."""
        self._indents.pop()

    def add_indent_tokens(self) -> None:
        """A line begins."""
        for value in self._indents:
            self._offset += len(value)

    def add_token(self, value: str) -> None:
        """A piece of text."""
        self._offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        """A node begins."""
        self._stack.append(node)

    def after_codegen(self, node: cst.CSTNode) -> None:
        """A node ends."""
        self._stack.pop()

    def pop_trailing_newline(self) -> None:
        """The file has no newline at its end: nothing is looked for there."""

    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: object = None, end_node: object = None
    ) -> AbstractContextManager[None]:
        """A node's own text begins, without the surrounding parentheses and white space."""
        start = self._offset
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)):
            # For ``ast`` these parentheses are part of the node, even those of a call around a generator.
            start -= _width(node.lpar[-1]) if node.lpar else isinstance(node, cst.GeneratorExp)
        return _Mark(self, node, start) if start in self._starts else _NOTHING

    def ended(self, node: cst.CSTNode, start: int) -> None:
        """A node that began at a wanted offset ended."""
        for twin in self._twins(node, start):
            expected = (cst.BaseExpression,) if twin in self._loose else kinds(twin)
            if twin not in self.found and isinstance(node, expected):
                self.found[twin] = node
                self.dirty.update(self._stack)

    def _twins(self, node: cst.CSTNode, start: int) -> list[ast.AST]:
        if isinstance(node, cst.BaseCompoundStatement):
            # Blocks end with their newline here and with their last token in ``ast``: the start is enough.
            return [
                twin
                for (begin, _), twins in self._wanted.items()
                if begin == start
                for twin in twins
                if isinstance(twin, ast.stmt)
            ]
        end = self._offset
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)):
            end += _width(node.rpar[0]) if node.rpar else isinstance(node, cst.GeneratorExp)
        return self._wanted.get((start, end), [])


def _width(node: cst.CSTNode) -> int:
    return len(cst.Module([]).code_for_node(node))
