"""Apply accepted edits to a LibCST tree.

Only the nodes between the module and an edited node are rebuilt, children before parents, so that an edit sees
the result of the edits inside it, and everything else stays the same object, including white space and comments.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

import libcst as cst

from codemods.edit.calls import drop_argument, name_arguments, rename_argument, set_argument
from codemods.edit.import_lines import place, rewritten
from codemods.edit.importing import Imports
from codemods.edit.locate import Finder
from codemods.edit.parameters import with_parameter
from codemods.edit.templates import Templates, requote
from codemods.edit.tokens import parameter_nodes
from codemods.edits import (
    AddParameter,
    DropArgument,
    Edit,
    EditError,
    InsertStatement,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    RenameFunction,
    RenameParameter,
    ReplaceExpression,
    ReplaceQuoted,
    ReplaceReference,
    ReplaceStatement,
    ReplaceString,
    SetArgument,
    anchor,
)


def rebuilt(
    text: str,
    spans: Mapping[ast.AST, tuple[int, int]],
    loose: set[ast.AST],
    edits: Sequence[Edit],
    imports: Imports,
) -> str:
    """A text after edits that change its tree. Raises `EditError` if a node cannot be found or rebuilt.

    Args:
        text: the text.
        spans: the positions of the relevant nodes in it.
        loose: those of them that may be of any kind by now.
        edits: to apply.
        imports: the imports of the file.
    """
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise EditError(f"LibCST cannot parse the file: {error.message}") from error
    wanted: dict[tuple[int, int], list[ast.AST]] = {}
    for node, span in spans.items():
        wanted.setdefault(span, []).append(node)
    finder = Finder(module, wanted, loose)
    missing = next((node for node in spans if node not in finder.found), None)
    if missing is not None:
        line = getattr(missing, "lineno", 0)
        raise EditError(f"line {line}: the {type(missing).__name__} of the plan was not found")
    rebuild = _Rebuild(finder, edits, imports)
    try:
        made = rebuild.node(module)
    except RecursionError as error:
        raise EditError("the code is nested too deeply to be edited") from error
    except cst.CSTValidationError as error:
        raise EditError(f"the edited tree is not valid: {error}") from error
    finally:
        rebuild.close()
    assert isinstance(made, cst.Module)
    code = place(imports, made).code
    if text.endswith("\r") and not code.endswith("\r"):
        code += "\r"  # LibCST does not treat a lone carriage return at the end of a file as a line end
    return code


@lru_cache(maxsize=256)
def _fields(cls: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


class _Rebuild:
    """One bottom-up pass over the nodes that lead to an edit."""

    def __init__(self, finder: Finder, edits: Sequence[Edit], imports: Imports) -> None:
        self._dirty = finder.dirty
        self._done: dict[ast.AST, cst.CSTNode] = {}
        self._twins: dict[cst.CSTNode, list[ast.AST]] = {}
        for twin, node in finder.found.items():
            self._twins.setdefault(node, []).append(twin)
        self._edits: dict[ast.AST, list[Edit]] = {}
        self._names: dict[ast.AST, str] = {}
        for edit in edits:
            if isinstance(edit, RenameParameter):
                self._names.update(dict.fromkeys(parameter_nodes(edit), edit.new))
            else:
                self._edits.setdefault(anchor(edit), []).append(edit)
        self._imports = imports
        self._found = finder.found
        self._templates = Templates(imports, self._filler)
        self._around: dict[cst.CSTNode, tuple[list[cst.BaseStatement], list[cst.BaseStatement]]] = {}
        self._replaced: dict[cst.CSTNode, list[cst.BaseStatement]] = {}

    def close(self) -> None:
        """Break the reference cycle with the templates, so that both trees are freed at once."""
        del self._templates

    def _filler(self, hole: ast.AST) -> cst.CSTNode:
        """The edited counterpart of a hole, which may be next to the replaced node, or after it."""
        if hole not in self._done:
            self._done[hole] = self.node(self._found[hole])
        return self._done[hole]

    def node(self, node: cst.CSTNode) -> cst.CSTNode:
        """A node with everything inside it edited."""
        if node not in self._dirty:
            return node
        changes: dict[str, Any] = {}
        for name in _fields(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                if value in self._dirty:
                    changes[name] = self.node(value)
            elif isinstance(value, (list, tuple)) and any(item in self._dirty for item in value):
                changes[name] = self._sequence(value, node)
        result = node.with_changes(**changes) if changes else node
        for twin in self._twins.get(node, ()):
            result = self._edit(twin, result, node)
            self._done[twin] = result
        return result

    def _sequence(self, items: Sequence[Any], parent: cst.CSTNode) -> list[Any]:
        if isinstance(parent, cst.SimpleStatementSuite):
            return self._suite(items)
        if isinstance(parent, (cst.Module, cst.IndentedBlock)) and isinstance(items[0], cst.BaseStatement):
            return self._body(items)
        return [self.node(item) for item in items]

    def _suite(self, items: Sequence[Any]) -> list[Any]:
        """The statements after the colon of ``if x: a; b``: their replacement must be small too."""
        result: list[Any] = []
        for item in items:
            made = self.node(item)
            before, after = self._around.pop(item, ([], []))
            inside = self._replaced.pop(item, None)
            result.extend(_small(before))
            result.extend([made] if inside is None else _small(inside))
            result.extend(_small(after))
        plain = [small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for small in result]
        return (result if len(result) == len(items) else plain) or [cst.Pass()]

    def _body(self, items: Sequence[Any]) -> list[Any]:
        """The statements of a block or of one line, with those added around or in place of them."""
        result: list[Any] = []
        orphaned: Sequence[Any] = ()
        for item in items:
            made = self.node(item)
            if orphaned:
                made = _adopt(made, orphaned)
            orphaned = ()
            before, after = self._around.pop(item, ([], []))
            inside: list[cst.BaseStatement] | None = self._replaced.pop(item, None)
            if isinstance(item, cst.SimpleStatementLine):
                assert isinstance(made, cst.SimpleStatementLine)
                for small in item.body:
                    more = self._around.pop(small, ([], []))
                    before, after = before + more[0], more[1] + after
                    inside = inside if inside is not None else self._line(item, made, small)
            if before and isinstance(made, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                if isinstance(before[0], (cst.ClassDef, cst.FunctionDef)):
                    before[0] = before[0].with_changes(leading_lines=_apart((), 2 if result else 0))
                    before[1:] = map(_set_apart, before[1:])
                    made = made.with_changes(leading_lines=_apart(made.leading_lines, 2))
                else:
                    before[0] = before[0].with_changes(leading_lines=made.leading_lines)
                    made = made.with_changes(leading_lines=())
            result.extend(before)
            if inside is None:
                if not (isinstance(made, cst.SimpleStatementLine) and not made.body):
                    result.append(made)
                elif made.leading_lines:
                    result.append(made.with_changes(body=[cst.Pass()]))
            else:
                lines = _inherit(inside, made)
                above = () if lines else getattr(made, "leading_lines", ())
                orphaned = above if result or _has_comment(above) else ()
                result.extend(lines)
            result.extend(after)
        if not result or _has_comment(orphaned):
            result.append(cst.SimpleStatementLine([cst.Pass()], leading_lines=orphaned))
        return result

    def _line(
        self, line: cst.SimpleStatementLine, made: cst.SimpleStatementLine, small: cst.CSTNode
    ) -> list[cst.BaseStatement] | None:
        """A line whose (only) small statement is replaced; if there are several, the others stay as a line."""
        new = self._replaced.pop(small, None)
        if new is None:
            return None
        position = [id(item) for item in line.body].index(id(small))
        before, after = list(made.body[:position]), list(made.body[position + 1 :])
        lines: list[cst.BaseStatement] = list(new)
        if before:
            before[-1] = before[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
            lines.insert(0, cst.SimpleStatementLine(before))
        if after:
            lines.append(made.with_changes(body=after, leading_lines=()))
        return lines

    def _edit(self, twin: ast.AST, node: cst.CSTNode, original: cst.CSTNode) -> cst.CSTNode:
        if twin in self._names:
            name = self._names[twin]
            return (
                node.with_changes(name=cst.Name(name))
                if isinstance(node, cst.Param)
                else _renamed(node, name)
            )
        for edit in self._edits.get(twin, ()):
            node = self._one(edit, node, original)
        if isinstance(twin, (ast.Import, ast.ImportFrom)) and isinstance(node, (cst.Import, cst.ImportFrom)):
            new = rewritten(self._imports, twin, node)
            if new is not None:
                only = _single(new)
                if only is not None:
                    return only.with_changes(semicolon=node.semicolon)
                self._replaced[original] = new
        return node

    def _one(self, edit: Edit, node: cst.CSTNode, original: cst.CSTNode) -> cst.CSTNode:
        templates = self._templates
        if isinstance(node, cst.Call):
            match edit:
                case RenameArgument():
                    return rename_argument(node, edit.old, edit.new)
                case DropArgument():
                    return drop_argument(node, edit.argument)
                case SetArgument():
                    return set_argument(node, edit.name, templates.expression(edit.value, edit.call))
                case NameArguments():
                    return name_arguments(node, edit.names)
        match edit:
            case RenameAttribute() if isinstance(node, cst.Attribute):
                return node.with_changes(attr=node.attr.with_changes(value=edit.new))
            case ReplaceReference() if isinstance(edit.node, ast.expr):
                spelled = cst.parse_expression(self._imports.spell(edit.to, edit.node))
                return spelled.with_changes(lpar=node.lpar, rpar=node.rpar)  # type: ignore[attr-defined]
            case ReplaceExpression():
                self._done[edit.node] = node  # the code may keep the replaced node as a hole
                return templates.replacing(edit.code, edit.node, node)
            case ReplaceQuoted():
                return requote(node, cst.Module([]).code_for_node(templates.expression(edit.code, edit.node)))
            case ReplaceString():
                return requote(node, edit.value)
            case RenameFunction() if isinstance(node, cst.FunctionDef):
                return node.with_changes(name=node.name.with_changes(value=edit.new))
            case AddParameter() if isinstance(node, cst.FunctionDef):
                return node.with_changes(params=with_parameter(node.params, edit.name))
            case ReplaceStatement():
                self._replaced[original] = templates.statements(edit.code, edit.node)
                return node
            case InsertStatement():
                around = self._around.setdefault(original, ([], []))
                around[1 if edit.after else 0].extend(templates.statements(edit.code, edit.anchor))
                return node
        raise EditError(f"{type(edit).__name__} cannot be applied to a {type(node).__name__}")


def _renamed(node: cst.CSTNode, name: str) -> cst.CSTNode:
    assert isinstance(node, cst.Name)
    return node.with_changes(value=name)


def _single(lines: Sequence[cst.BaseStatement]) -> cst.BaseSmallStatement | None:
    """The one small statement of lines that consist of nothing else, which can replace another one."""
    line = lines[0] if len(lines) == 1 else None
    plain = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    return line.body[0] if plain and isinstance(line, cst.SimpleStatementLine) else None


def _small(lines: Iterable[cst.BaseStatement]) -> list[cst.BaseSmallStatement]:
    smalls: list[cst.BaseSmallStatement] = []
    for line in lines:
        if not isinstance(line, cst.SimpleStatementLine):
            raise EditError("a block cannot follow the colon of a one-line suite")
        smalls.extend(line.body)
    return smalls


def _inherit(lines: list[cst.BaseStatement], old: cst.CSTNode) -> list[cst.BaseStatement]:
    """Give the replacing lines the comments above the old one, and the last of them its trailing comment.

    A comment after an import is about its names, not about the imports that are added below it.
    """
    if not lines:
        return []
    leading = getattr(old, "leading_lines", ())
    first: Any = lines[0]
    lines[0] = first.with_changes(leading_lines=(*leading, *first.leading_lines))
    if isinstance(old, cst.SimpleStatementLine):
        at = 0 if len(old.body) == 1 and isinstance(old.body[0], (cst.Import, cst.ImportFrom)) else -1
        beside: Any = lines[at]
        if isinstance(beside, cst.SimpleStatementLine):
            lines[at] = beside.with_changes(trailing_whitespace=old.trailing_whitespace)
    return lines


def _adopt(statement: Any, orphaned: Sequence[Any]) -> Any:
    """Give a statement the comments, or else the blank lines, that were above a removed one."""
    own = getattr(statement, "leading_lines", None)
    if own is None or (own and not _has_comment(orphaned)):
        return statement
    return statement.with_changes(leading_lines=(*orphaned, *own))


def _apart(leading: Sequence[cst.EmptyLine], wanted: int) -> list[cst.EmptyLine]:
    """The lines above a statement, starting with the given number of blank ones; comments stay."""
    blank = next((i for i, line in enumerate(leading) if line.comment is not None), len(leading))
    return [cst.EmptyLine(indent=False) for _ in range(wanted - blank)] + list(leading)


def _set_apart(statement: cst.BaseStatement) -> cst.BaseStatement:
    """A definition with two blank lines above it."""
    if not isinstance(statement, (cst.ClassDef, cst.FunctionDef)):
        return statement
    return statement.with_changes(leading_lines=_apart(statement.leading_lines, 2))


def _has_comment(lines: Iterable[Any]) -> bool:
    return any(line.comment is not None for line in lines)
