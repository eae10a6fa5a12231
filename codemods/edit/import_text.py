"""New lines beside an import statement that stays as it is or leaves whole, as text: no syntax tree is needed."""

from __future__ import annotations

import ast

from codemods.edit.importing import Imports
from codemods.edit.splice import Piece
from codemods.files.source import Source


def beside(source: Source, imports: Imports, statement: ast.Import | ast.ImportFrom) -> Piece | None:
    """An import with the lines that are added below it; None when more than that becomes of it.

    The statement must have its lines for itself, a comment behind it aside, and the lines of the file one kind of end:
    then what `codemods.edit.import_lines` makes of its tree is the same text.
    """
    added = imports.added.get(statement)
    if not added or any(alias in imports.moves for alias in statement.names):
        return None
    gone = [alias for alias in statement.names if alias in imports.dropped]
    text, (start, end) = source.text, source.span(statement)
    line = text.rfind("\n", 0, start) + 1
    indentation = text[line:start]
    stop = text.find("\n", end)
    behind = text[end:stop]
    alone = not indentation.strip() and stop >= 0 and (not behind.strip() or behind.lstrip().startswith("#"))
    if "\r" in text or not alone or text.endswith("\\\n", 0, line) or 0 < len(gone) < len(statement.names):
        return None
    old = text[start:end]
    lines = [] if gone or imports.repeats(statement, _module_of(old)) else [old]
    present = () if gone else (old,)
    lines += [new for new in added if new not in present and not imports.repeats(statement, _module_of(new))]
    if not lines:
        return None
    return Piece(start, stop, f"\n{indentation}".join([lines[0] + behind, *lines[1:]]))


def _module_of(line: str) -> str:
    """The module of a lone ``import module``; empty for other lines."""
    words = line.split()
    return words[1] if len(words) == 2 and words[0] == "import" and words[1].isidentifier() else ""
