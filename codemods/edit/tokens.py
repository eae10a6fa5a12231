"""Edits of which each is a token: names, keywords and literals that are replaced where they stand.

Such an edit needs no other tree than the one that found it. Whatever is not plainly one token in the text (a name
inside an f-string, a dotted name with a comment in it, a concatenated literal) is left to the syntax tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from codemods.edit.import_text import beside
from codemods.edit.importing import Imports
from codemods.edit.splice import Piece
from codemods.edits import (
    Edit,
    RenameArgument,
    RenameAttribute,
    RenameFunction,
    RenameParameter,
    ReplaceReference,
    ReplaceString,
    anchor,
)
from codemods.files.source import Source
from codemods.names.uses import dotted

_DEFINES = re.compile(r"(?:async[ \t]+)?def[ \t]+")
_IMPORT = re.compile(r"import[ \t]+")
_FROM = re.compile(r"from[ \t]+")
_LITERAL = re.compile(
    r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\")(?:\\.|(?!(?P=quote))[^\\])*(?P=quote)", re.DOTALL
)


class Tokens:
    """The edits of one pass that are tokens, and those that are not.

    Args:
        source: the text.
        edits: the accepted edits.
        imports: what becomes of the imports of the file.
    """

    def __init__(self, source: Source, edits: Sequence[Edit], imports: Imports) -> None:
        self.pieces: list[Piece] = []
        self.replaced: set[ast.AST] = set()
        """Nodes that may be of another kind now."""
        self.others: list[Edit] = []
        self.statements: list[ast.stmt] = []
        """Imports that change otherwise than by a token."""
        self._source = source
        self._imports = imports
        calls: dict[ast.AST, list[Edit]] = {}
        for edit in edits:
            if isinstance(anchor(edit), ast.Call):
                calls.setdefault(anchor(edit), []).append(edit)
        for edit in edits:
            made = None if len(calls.get(anchor(edit), ())) > 1 else self._pieces(edit)
            if made is None:
                self.others.append(edit)
            else:
                self.pieces += made
                if isinstance(edit, ReplaceReference):
                    self.replaced.add(edit.node)

        for statement in imports.touched():
            moved = self._import(statement)
            if moved is None:
                self.statements.append(statement)
            else:
                self.pieces.append(moved)

    def _quoted(self, node: ast.AST) -> bool:
        """Whether a node stands in an f-string, where ``ast`` does not know positions."""
        return any(isinstance(outer, ast.JoinedStr) for outer in self._imports.context.parents(node))

    def _pieces(self, edit: Edit) -> list[Piece] | None:
        """The tokens of an edit; None when it is none or something else."""
        if isinstance(anchor(edit), ast.alias) or self._quoted(anchor(edit)):
            return None
        match edit:
            case ReplaceReference():
                return self._reference(edit)
            case RenameAttribute():
                end = self._source.span(edit.node)[1]
                return self._named(end - len(edit.node.attr), edit.node.attr, edit.new)
            case RenameArgument():
                return self._argument(edit)
            case RenameFunction():
                start = self._source.span(edit.function)[0]
                head = _DEFINES.match(self._source.text, start)
                return self._named(head.end(), edit.function.name, edit.new) if head is not None else None
            case RenameParameter():
                return self._parameter(edit)
            case ReplaceString() if isinstance(edit.node, ast.Constant):
                start, end = self._source.span(edit.node)
                made = requoted(self._source.text[start:end], edit.value)
                return [Piece(start, end, made)] if made is not None else None
        return None

    def _named(self, start: int, old: str, new: str) -> list[Piece] | None:
        """A name in place of another, which must stand there as it is."""
        plain = self._source.text.startswith(old, start)
        return [Piece(start, start + len(old), new)] if plain else None

    def _reference(self, edit: ReplaceReference) -> list[Piece] | None:
        assert isinstance(edit.node, ast.expr)
        start, end = self._source.span(edit.node)
        if self._source.text[start:end] != dotted(edit.node):
            return None
        return [Piece(start, end, self._imports.spell(edit.to, edit.node))]

    def _argument(self, edit: RenameArgument) -> list[Piece] | None:
        given = {keyword.arg: keyword for keyword in reversed(edit.call.keywords)}
        if edit.old not in given or edit.new in given:
            return []
        return self._named(self._source.span(given[edit.old])[0], edit.old, edit.new)

    def _parameter(self, edit: RenameParameter) -> list[Piece] | None:
        pieces: list[Piece] = []
        for node in parameter_nodes(edit):
            made = None if self._quoted(node) else self._named(self._source.span(node)[0], edit.old, edit.new)
            if made is None:
                return None
            pieces += made
        return pieces

    def _import(self, statement: ast.Import | ast.ImportFrom) -> Piece | None:
        """What becomes of an import where that is plain text; None when it is left to the tree."""
        moved = self._path(statement)
        if moved is not None or self.statements or any(anchor(edit) is statement for edit in self.others):
            return moved  # lines that repeat others are told by those above: one left to the tree leaves those below
        return beside(self._source, self._imports, statement)

    def _path(self, statement: ast.Import | ast.ImportFrom) -> Piece | None:
        """The path of an import that brings the same names from another module, and nothing else."""
        moves = [self._imports.moves.get(alias, "") for alias in statement.names]
        if self._imports.added.get(statement) or not self._imports.dropped.isdisjoint(statement.names):
            return None
        start = self._source.span(statement)[0]
        if isinstance(statement, ast.Import):
            alias, last = statement.names[0], moves[0].rpartition(".")[2]
            if len(moves) > 1 or not moves[0] or alias.asname in {None, last, moves[0]}:
                return None
            old, new, head = alias.name, moves[0], _IMPORT.match(self._source.text, start)
        else:
            names = [alias.name for alias in statement.names]
            bases = {path.removesuffix(f".{name}") for name, path in zip(names, moves, strict=True)}
            new, old, head = bases.pop(), statement.module or "", _FROM.match(self._source.text, start)
            same = all(path == f"{new}.{name}" for name, path in zip(names, moves, strict=True))
            again = any(alias.asname == alias.name for alias in statement.names)
            if bases or statement.level or not same or again or len({*names}) < len(names):
                return None
        made = self._named(head.end(), old, new) if head is not None else None
        return made[0] if made else None


def parameter_nodes(edit: RenameParameter) -> Iterator[ast.AST]:
    """The declaration of a parameter and its uses in the body."""
    arguments = edit.function.args
    declared: Iterable[ast.arg] = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    yield from (argument for argument in declared if argument.arg == edit.old)
    for statement in edit.function.body:
        yield from (n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == edit.old)


def requoted(literal: str, value: str) -> str | None:
    """Another value for a string literal, its prefix and quotes kept where the value allows.

    None when it is no single literal.
    """
    found = _LITERAL.fullmatch(literal)
    if found is None:
        return None
    quote, prefix = found["quote"], found["prefix"]
    plain = not set(value) & {"\\", "\n", "\r", quote[0]} and value.isprintable()
    return f"{prefix}{quote}{value}{quote}" if plain and "b" not in prefix.lower() else repr(value)
