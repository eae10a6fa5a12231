"""What becomes of an import statement, as text: no syntax tree is needed where it stands alone on one plain line.

The lines are those that `codemods.edit.import_lines` makes of a tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.edit.importing import Imports
from codemods.edit.splice import Piece
from codemods.files.source import Source

_CODE = re.compile(r"[ \t]*[^\s#]")


def replaced(source: Source, imports: Imports, statement: ast.Import | ast.ImportFrom) -> Piece | None:
    """An import that moves, shrinks, leaves or gets lines below it; None when that is left to a tree.

    The statement must have its lines for itself, a comment behind it aside, and the lines of the file one kind of end.
    """
    text, (start, end) = source.text, source.span(statement)
    line = text.rfind("\n", 0, start) + 1
    indentation = text[line:start]
    stop = text.find("\n", end)
    behind = text[end:stop]
    alone = not indentation.strip() and stop >= 0 and (not behind.strip() or behind.lstrip().startswith("#"))
    if "\r" in text or not alone or text.endswith("\\\n", 0, line):
        return None
    old = text[start:end]
    whole = not any(alias in imports.moves or alias in imports.dropped for alias in statement.names)
    if not whole and old != ast.unparse(statement):
        return None
    lines = [old] if whole else list(_lines(imports, statement))
    lines += [new for new in _added(imports, statement) if new not in lines]
    lines = [new for new in lines if not imports.repeats(statement, _module_of(new))]
    if lines:
        return Piece(start, stop, f"\n{indentation}".join([lines[0] + behind, *lines[1:]]))
    return Piece(line, stop + 1, "") if _follows(source, imports, statement, line) else None


def _follows(source: Source, imports: Imports, statement: ast.stmt, line: int) -> bool:
    """Whether a statement comes right below another of its block, so that nothing but its own line leaves with it."""
    above = source.text[source.text.rfind("\n", 0, line - 1) + 1 : line] if line else ""
    return imports.context.block(statement)[0] is not statement and _CODE.match(above) is not None


def _added(imports: Imports, statement: ast.stmt) -> list[str]:
    """The lines that are added, but for those whose place an import that leaves takes."""
    taken = {f"from {base} import {last}" for base, last in _taken_over(imports, statement)}
    return [line for line in imports.added.get(statement, ()) if line not in taken]


def _taken_over(imports: Imports, statement: ast.stmt) -> Iterator[tuple[str, str]]:
    added = imports.added.get(statement, {})
    for alias in getattr(statement, "names", ()):
        base, _, last = imports.moves.get(alias, "").rpartition(".")
        if alias in imports.dropped and alias.asname is None and f"from {base} import {last}" in added:
            yield base, last


def _lines(imports: Imports, statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    taken = set(_taken_over(imports, statement))
    kept: list[ast.alias] = []
    moved: list[tuple[ast.alias, str]] = []
    for alias in statement.names:
        path = imports.moves.get(alias)
        base, _, last = (path or "").rpartition(".")
        if alias in imports.dropped and not (alias.asname is None and (base, last) in taken):
            continue
        if path is None:
            kept.append(alias)
        else:
            moved.append((alias, path))
    if isinstance(statement, ast.Import):
        if kept:
            yield f"import {_joined((a.name, a.asname) for a in kept)}"
        for alias, path in moved:
            yield from _plain(imports, alias, path)
        return
    if kept:
        yield f"from {'.' * statement.level}{statement.module or ''} import {_joined((a.name, a.asname) for a in kept)}"
    groups: dict[str, dict[tuple[str, str | None], None]] = {}
    for alias, path in moved:
        base, _, last = path.rpartition(".")
        if alias.name == "*":
            yield f"from {path.removesuffix('.*')} import *"
            continue
        asname = alias.asname
        if asname is None and last != alias.name and (imports.keeps(alias) or not imports.used_as(last)):
            asname = alias.name
        groups.setdefault(base, {})[last, None if asname == last else asname] = None
    for base, names in groups.items():
        if base:
            yield f"from {base} import {_joined(names)}"
        else:
            yield from (f"import {_joined([name])}" for name in names)


def _plain(imports: Imports, alias: ast.alias, path: str) -> Iterator[str]:
    """What ``import old`` or ``import old as name`` becomes."""
    root = alias.name.partition(".")[0]
    parent, _, last = path.rpartition(".")
    if alias.asname is None and "." in alias.name:  # binds ``root``, whose uses are spelled anew
        if imports.remaining(root):
            yield f"import {root}"
        if last != path or path == root:
            return
    elif alias.asname is None and last != alias.name:
        yield f"import {path} as {alias.name}"
        return
    elif alias.asname in {None, last} and parent:
        yield f"from {parent} import {last}"
        return
    yield f"import {_joined([(path, None if alias.asname == path else alias.asname)])}"


def _joined(names: Iterable[tuple[str, str | None]]) -> str:
    return ", ".join(f"{name} as {asname}" if asname else name for name, asname in names)


def _module_of(line: str) -> str:
    """The module of a single ``import module``; empty for other lines."""
    words = line.split()
    return words[1] if len(words) == 2 and words[0] == "import" and words[1].isidentifier() else ""
