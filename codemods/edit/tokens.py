"""Edits that are carried out on the text: each replaces pieces of it where they stand.

Such an edit needs no other tree than the one that found it. Whatever is not plainly there in the text (a name inside
an f-string, a dotted name with a comment in it, a concatenated literal, arguments with comments between them) is left
to the syntax tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from codemods.edit.call_text import edited
from codemods.edit.import_text import replaced
from codemods.edit.importing import Imports
from codemods.edit.literals import requoted
from codemods.edit.splice import Piece, Splice
from codemods.edit.template_text import Filled, filled, in_parentheses, in_place_of, is_atomic
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    RenameFunction,
    RenameParameter,
    ReplaceExpression,
    ReplaceReference,
    ReplaceString,
    SetArgument,
    anchor,
)
from codemods.files.source import Source
from codemods.names.uses import dotted

_DEFINES = re.compile(r"(?:async[ \t]+)?def[ \t]+")
_IMPORT = re.compile(r"import[ \t]+")
_FROM = re.compile(r"from[ \t]+")


_ARGUMENTS = (DropArgument, NameArguments, RenameArgument, SetArgument)


class Tokens:
    """The edits of one pass that are text, and those that are not.

    Args:
        source: the text.
        edits: the accepted edits.
        imports: the changes to the imports of the file.
    """

    def __init__(self, source: Source, edits: Sequence[Edit], imports: Imports) -> None:
        self._source = source
        self._imports = imports
        self.pieces: list[Piece] = []
        self.replaced: set[ast.AST] = set()
        """Nodes that may be of another kind now."""
        self.statements: list[ast.stmt] = []
        """Imports that change otherwise than by text."""
        self._atomic: dict[ast.AST, bool] = {}
        """Whether what an expression became can be torn apart by what stands around it."""
        left = self._sort(edits, tokens_only=False)
        if any(self._torn(edit) for edit in left):
            left = self._sort(edits, tokens_only=True)
        self.others: list[Edit] = [edit for edit in edits if edit in left]
        pieces = self._place(imports, alone=True)
        if (
            self.statements
            or None in imports.added
            or not all(isinstance(anchor(e), ast.alias) for e in left)
        ):
            pieces = self._place(imports, alone=False)
        self.pieces += pieces

    def _place(self, imports: Imports, *, alone: bool) -> list[Piece]:
        """What becomes of the import statements.

        Args:
            imports: the imports.
            alone: whether no tree is needed; where one is, it takes away whole lines: what stands beside them
                may leave, too.
        """
        pieces: list[Piece] = []
        self.statements = []
        for statement in imports.touched():
            moved = self._import(statement)
            if moved is None or (not moved.text and not alone):
                self.statements.append(statement)
            else:
                pieces.append(moved)
        return pieces

    def _sort(self, edits: Sequence[Edit], *, tokens_only: bool) -> set[Edit]:
        """Make pieces of what can be, inner nodes first; what is left.

        Args:
            edits: the edits.
            tokens_only: leave all to the tree that is more than a name or a literal.
        """
        self.pieces, self.replaced, self._atomic = [], set(), {}
        groups: dict[tuple[ast.AST, object], list[Edit]] = {}
        for edit in edits:
            node = anchor(edit)
            groups.setdefault((node, isinstance(edit, _ARGUMENTS) or edit), []).append(edit)
        left: set[Edit] = set()
        spans: list[tuple[int, int]] = []
        for (node, _), group in sorted(groups.items(), key=self._order):
            made = self._made(node, group, tokens_only=tokens_only)
            torn = any(piece.start <= a and b <= piece.end for piece in made or () for a, b in spans)
            if made is None or torn:
                left.update(group)
                spans += [] if isinstance(node, ast.alias) else [self._source.span(node)]
                continue
            self.pieces += made
        return left

    def _order(self, group: tuple[tuple[ast.AST, object], list[Edit]]) -> tuple[int, bool]:
        """Inner nodes before outer ones, the arguments of a call before what is put around it."""
        node, arguments = group[0]
        start, end = self._source.span(node)
        return end - start, arguments is not True

    def _torn(self, edit: Edit) -> bool:
        """Whether an edit that is left needs a node that stands inside a replaced piece."""
        code = getattr(edit, "code", getattr(edit, "value", None))
        holes = code.holes.values() if isinstance(code, Code) else ()
        for node in (anchor(edit), *holes):
            if isinstance(node, ast.alias) or node in self.replaced:
                continue
            start, end = self._source.span(node)
            if any(
                piece.start < end and start < piece.end and not start <= piece.start <= piece.end <= end
                for piece in self.pieces
            ):
                return True
        return False

    def _quoted(self, node: ast.AST) -> bool:
        """Whether a node is in an f-string, where ``ast`` has no exact positions."""
        return any(isinstance(outer, ast.JoinedStr) for outer in self._imports.context.parents(node))

    def _made(self, node: ast.AST, edits: Sequence[Edit], *, tokens_only: bool) -> list[Piece] | None:
        """The pieces of the edits of one node; None when they are left to the tree."""
        if isinstance(node, ast.alias) or self._quoted(node):
            return None
        if isinstance(node, ast.Call) and isinstance(edits[0], _ARGUMENTS):
            if tokens_only:
                return (
                    self._argument(edits[0])
                    if len(edits) == 1 and isinstance(edits[0], RenameArgument)
                    else None
                )
            return edited(self._source, node, edits, self._value)
        return None if tokens_only and isinstance(edits[0], ReplaceExpression) else self._pieces(edits[0])

    def _value(self, edit: SetArgument) -> str | None:
        """The text of the new value of an argument."""
        given = next((keyword.value for keyword in edit.call.keywords if keyword.arg == edit.name), None)
        if given is not None and in_parentheses(self._source, given, self._imports):
            return None
        made = self._filled(edit.value, edit.call)
        return made.text if made is not None else None

    def _filled(self, code: Code | str, node: ast.expr) -> Filled | None:
        inside = [*code.holes.values()] if isinstance(code, Code) else []
        start, end = self._source.span(node)
        spans = [self._source.span(hole) for hole in inside]
        if any(a < start or b > end for a, b in spans) or any(
            self._quoted(hole) for hole in inside if hole is not node
        ):
            return None
        return filled(code, node, self._source, self._imports, self._hole)

    def _hole(self, node: ast.expr) -> tuple[str, bool] | None:
        """The text of an expression after the edits inside it, and whether it can be torn apart."""
        if in_parentheses(self._source, node, self._imports):
            return None
        start, end = self._source.span(node)
        inside = [piece for piece in self.pieces if start <= piece.start and piece.end <= end]
        shifted = [Piece(piece.start - start, piece.end - start, piece.text) for piece in inside]
        text = Splice(self._source.text[start:end], shifted).text
        atomic = self._atomic.get(node, is_atomic(node, text))
        return None if atomic is None else (text, atomic)

    def _expression(self, edit: ReplaceExpression) -> list[Piece] | None:
        made = (
            None
            if in_parentheses(self._source, edit.node, self._imports)
            else self._filled(edit.code, edit.node)
        )
        if made is None:
            return None
        text = in_place_of(made, edit.node, self._imports)
        self.replaced.add(edit.node)
        self._atomic[edit.node] = made.atomic or text != made.text
        return [Piece(*self._source.span(edit.node), text)]

    def _pieces(self, edit: Edit) -> list[Piece] | None:
        """The pieces of an edit; None when it is none or something else."""
        match edit:
            case ReplaceReference():
                return self._reference(edit)
            case ReplaceExpression():
                return self._expression(edit)
            case RenameAttribute():
                end = self._source.span(edit.node)[1]
                return self._named(end - len(edit.node.attr), edit.node.attr, edit.new)
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
        """A name replacing another, which must be in the text unchanged."""
        plain = self._source.text.startswith(old, start)
        return [Piece(start, start + len(old), new)] if plain else None

    def _reference(self, edit: ReplaceReference) -> list[Piece] | None:
        assert isinstance(edit.node, ast.expr)
        start, end = self._source.span(edit.node)
        if self._source.text[start:end] != dotted(edit.node):
            return None
        self.replaced.add(edit.node)
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
        """The new text of an import, if that is plain text; None if it is left to the tree."""
        moved = self._path(statement)
        if moved is not None or self.statements or any(anchor(edit) is statement for edit in self.others):
            return (
                moved  # duplicate lines depend on those above: if one is left to the tree, so are those below
            )
        return replaced(self._source, self._imports, statement)

    def _path(self, statement: ast.Import | ast.ImportFrom) -> Piece | None:
        """The path of an import that provides the same names from another module, and nothing else."""
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
