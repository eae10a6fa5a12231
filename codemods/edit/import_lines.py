"""The lines of import statements as LibCST nodes: moved, shortened, added."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst

from codemods.edit.importing import Imports


def rewritten(
    imports: Imports, statement: ast.Import | ast.ImportFrom, node: cst.Import | cst.ImportFrom
) -> list[Any] | None:
    """The lines that replace an import statement; None if it stays."""
    node = node.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    added = dict(imports.added.get(statement, {}))
    kept: list[tuple[int, ast.alias]] = []
    moved: list[tuple[int, ast.alias, str]] = []
    for position, alias in enumerate(statement.names):
        path = imports.moves.get(alias)
        if alias in imports.dropped:
            if path is not None and alias.asname is None and _takes_over(added, path):
                moved.append((position, alias, path))
            continue
        if path is None:
            kept.append((position, alias))
        else:
            moved.append((position, alias, path))
    if len(kept) == len(statement.names) and not added:
        return None
    if isinstance(statement, ast.ImportFrom) and isinstance(node, cst.ImportFrom):
        lines = _from_lines(imports, statement, node, kept, moved)
    else:
        assert isinstance(node, cst.Import)
        lines = _import_lines(imports, node, kept, moved)
    new: list[Any] = [cst.parse_module(f"{line}\n").body[0] for line in added]
    present = {cst.Module([line]).code.strip() for line in lines}
    new = [line for line in new if cst.Module([line]).code.strip() not in present]
    return [line for line in (*lines, *new) if not imports.repeats(statement, _module_of(line))]


def _takes_over(added: dict[str, str], path: str) -> bool:
    """Whether a new import is the new location of an import that is removed: then it replaces that line."""
    base, _, last = path.rpartition(".")
    return added.pop(f"from {base} import {last}", None) is not None


def _module_of(line: Any) -> str:
    """The module of a single ``import module``; empty for other lines."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    alias = small.names[0] if isinstance(small, cst.Import) and len(small.names) == 1 else None
    plain = alias is not None and alias.asname is None and isinstance(alias.name, cst.Name)
    return str(alias.name.value) if alias is not None and plain else ""


def _from_lines(
    imports: Imports,
    statement: ast.ImportFrom,
    node: cst.ImportFrom,
    kept: list[tuple[int, ast.alias]],
    moved: list[tuple[int, ast.alias, str]],
) -> list[Any]:
    lines: list[Any] = []
    if kept and isinstance(node.names, cst.ImportStar):
        return [cst.SimpleStatementLine([node])]
    if kept and not isinstance(node.names, cst.ImportStar):
        names = _joined([node.names[position] for position, _ in kept], node.names)
        lines.append(cst.SimpleStatementLine([node.with_changes(names=names)]))
    groups: dict[str, list[tuple[int, str, str | None]]] = {}
    for position, alias, path in moved:
        if alias.name == "*":
            line = node.with_changes(module=_dotted(path.removesuffix(".*")), relative=())
            lines.append(cst.SimpleStatementLine([line]))
            continue
        base, _, last = path.rpartition(".")
        asname = alias.asname
        if asname is None and last != alias.name and (imports.keeps(alias) or not imports.used_as(last)):
            asname = alias.name
        if asname == last:
            asname = None
        groups.setdefault(base, []).append((position, last, asname))
    for base, members in groups.items():
        if not base:
            for _, last, asname in members:
                text = f"import {last} as {asname}\n" if asname else f"import {last}\n"
                lines.append(cst.parse_module(text).body[0])
            continue
        assert not isinstance(node.names, cst.ImportStar)
        made = []
        for position, last, asname in members:
            old = node.names[position]
            as_ = cst.AsName(cst.Name(asname)) if asname else None
            same = old.asname is not None and asname is not None
            made.append(old.with_changes(name=cst.Name(last), asname=old.asname if same else as_))
        names = _joined(_distinct(made), node.names)
        whole = node.with_changes(module=_dotted(base), relative=(), names=names)
        if kept or len(groups) > 1:
            whole = whole.with_changes(lpar=None, rpar=None, names=_plain(names))
        lines.append(cst.SimpleStatementLine([whole]))
    return lines


def _import_lines(
    imports: Imports,
    node: cst.Import,
    kept: list[tuple[int, ast.alias]],
    moved: list[tuple[int, ast.alias, str]],
) -> list[Any]:
    lines: list[Any] = []
    if kept:
        names = _joined([node.names[position] for position, _ in kept], node.names)
        lines.append(cst.SimpleStatementLine([node.with_changes(names=names)]))
    for position, alias, path in moved:
        old = node.names[position]
        root = alias.name.partition(".")[0]
        parent, _, last = path.rpartition(".")
        if alias.asname is None and "." in alias.name:
            # ``import a.b`` binds ``a``; its uses are rewritten.
            if imports.remaining(root):
                lines.append(cst.parse_module(f"import {root}\n").body[0])
            if last != path or path == root:
                continue
        elif alias.asname is None and last != alias.name:
            lines.append(cst.parse_module(f"import {path} as {alias.name}\n").body[0])
            continue
        elif alias.asname in {None, last} and parent:
            lines.append(cst.parse_module(f"from {parent} import {last}\n").body[0])
            continue
        asname = old.asname if alias.asname != path else None
        new = old.with_changes(name=_dotted(path), asname=asname, comma=cst.MaybeSentinel.DEFAULT)
        lines.append(cst.SimpleStatementLine([node.with_changes(names=[new])]))
    return lines


def place(imports: Imports, module: cst.Module) -> cst.Module:
    """Add the imports that do not belong next to another one at the top of the module."""
    lines = imports.added.get(None)
    if not lines:
        return module
    body = list(module.body)
    at = 0
    for position, statement in enumerate(body):
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        small = statement.body[0]
        if isinstance(small, (cst.Import, cst.ImportFrom)):
            at = position + 1
        elif not (position == 0 and isinstance(small, cst.Expr)):
            break
        elif isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString)):
            at = position + 1
    new: list[Any] = [cst.parse_module(f"{line}\n").body[0] for line in lines]
    if at == 1 and body and _is_docstring(body[0]):
        new[0] = new[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:at], *new, *body[at:]])


def _is_docstring(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Expr)


def _dotted(path: str) -> Any:
    return cst.parse_expression(path)


def _joined(aliases: Sequence[Any], old: Sequence[Any]) -> list[Any]:
    """Aliases with commas between them and the old end of the list."""
    last = old[-1].comma
    space = next((a.comma for a in old if isinstance(a.comma, cst.Comma)), None)
    between = (
        space if space is not None and len(old) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    )
    result = []
    for position, alias in enumerate(aliases):
        if position == len(aliases) - 1:
            result.append(alias.with_changes(comma=last))
        elif isinstance(alias.comma, cst.Comma) and alias is not old[-1]:
            result.append(alias)
        else:
            result.append(alias.with_changes(comma=between))
    return result


def _plain(aliases: Sequence[Any]) -> list[Any]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [
        alias.with_changes(comma=comma if position < len(aliases) - 1 else cst.MaybeSentinel.DEFAULT)
        for position, alias in enumerate(aliases)
    ]


def _distinct(aliases: Iterable[Any]) -> list[Any]:
    seen: dict[tuple[str, str], Any] = {}
    for alias in aliases:
        asname = alias.asname.name.value if alias.asname is not None else ""
        seen.setdefault((alias.name.value, asname), alias)
    return list(seen.values())
