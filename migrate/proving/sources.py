"""The two modules of a subject: cut out as written for tf-keras, and rewritten, or as somebody left it, for Keras 3."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from codemods.files.source import SourceError
from migrate.own_code.files import Place
from migrate.own_code.rewrite import for_legacy, for_modern
from migrate.own_code.slices import Slice, cut
from migrate.proving.recipes import Recipe
from migrate.proving.subjects import Kind, Subject

_TENSORS = frozenset({Kind.BLOCK, Kind.FUNCTION, Kind.PAIR})
_ENTRY = "keras_migrate_subject"
_NAME = re.compile(r"^(?:class|def)[ \t]+(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Module:
    """A subject's source in one world.

    Attributes:
        text: Python source.
        name: of the subject.
        places: of each definition in it, by name: file and first line in the repository, first and last line here. A
            line of one is that many lines below its first in both, as far as a rewrite kept its lines.
        left: what the source rules named in it and could not change.
        reaches: file and line of every statement of the repository that is in it.
    """

    text: str
    name: str
    places: dict[str, tuple[Path, int, int, int]]
    left: tuple[str, ...]
    reaches: frozenset[tuple[Path, int]]


def as_written(subject: Subject) -> Module:
    """The module for tf-keras; names of older Keras are resolved to it.

    Raises:
        SourceError: the definition cannot be cut out.
    """
    piece = cut([(subject.name, subject.place)])
    return _module(subject.name, for_legacy(piece).text, (), piece)


def rewritten(subject: Subject) -> Module:
    """The module for Keras 3, rewritten by the source rules.

    Raises:
        SourceError: the definition cannot be cut out.
    """
    piece = cut([(subject.name, subject.place)])
    done = for_modern(piece, {})
    return _module(subject.name, done.text, tuple(map(str, done.left)), piece)


def as_edited(name: str, place: Place) -> Module:
    """The module for Keras 3 of a definition that somebody has moved by hand: nothing is rewritten.

    Raises:
        SourceError: the definition cannot be cut out.
    """
    piece = cut([(name, place)])
    return _module(name, piece.text, (), piece)


def called(module: Module, subject: Subject, recipe: Recipe) -> str:
    """The module's text with the entry that makes the subject, or calls it with tensors."""
    taken = isinstance(subject.node, ast.FunctionDef) and subject.kind in _TENSORS
    head, tensors = ("*tensors", "*tensors, ") if taken else ("", "")
    call = f"{subject.name}({tensors}{recipe.arguments})"
    return f"{module.text}\n\n\ndef {_ENTRY}({head}):\n    return {call}\n"


def _module(name: str, text: str, left: tuple[str, ...], piece: Slice) -> Module:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"the module of {name} cannot be parsed: {error}") from error
    written = {found[1]: part for part in piece.pieces if (found := _NAME.search(part.text))}
    places: dict[str, tuple[Path, int, int, int]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in written:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            part = written[node.name]
            places[node.name] = (part.file, part.line, first, node.end_lineno or node.lineno)
    if name not in places:
        raise SourceError(f"{name} is not defined at the top level")
    reaches = frozenset((part.file, part.line) for part in piece.pieces)
    return Module(text, name, places, left, reaches)
