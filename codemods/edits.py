"""Edits as values: the changes that a rule requests, in terms of ``ast`` nodes.

A rule never modifies a text or a tree. It yields these records; ``codemods.edit.apply`` applies them at the span of
the ``ast`` node. Several rules may edit one call: edits of one node compose if they touch
different arguments, and the first one wins if they touch the same thing (the other is tried again in the next
pass over the rewritten file).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


class EditError(Exception):
    """An edit that cannot be applied to this text; the file was not changed."""


NO_HOLES: Mapping[str, ast.expr] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A piece of Python with holes: the new text in the file.

    The text is plain Python. A name that is a key of ``holes`` stands for the (itself edited) source of that
    node, in parentheses if precedence requires them. A dotted name that starts with a managed root
    (``keras``, ``tf``, ``tf_keras``, ``numpy``, ``os``, ``math``, …) is a *reference*: it is spelled
    the way the file refers to that module after the rewrite (``ops.mean`` if there is a ``from keras import ops``)
    and the import is added if it is missing. ``keras`` means the namespace of the target, so one
    template serves ``--target keras`` and ``--target tf.keras``.

    Example:
        >>> Code("keras.ops.argmax(x, axis=0)", {"x": call.args[0]})
    """

    text: str
    holes: Mapping[str, ast.expr] = field(default_factory=lambda: NO_HOLES)


@dataclass(frozen=True, slots=True, eq=False)
class RenameArgument:
    """``f(old=1)`` to ``f(new=1)``. Nothing happens if ``new`` is already given."""

    call: ast.Call
    old: str
    new: str


@dataclass(frozen=True, slots=True, eq=False)
class DropArgument:
    """Remove one argument: a keyword by name or a positional by index."""

    call: ast.Call
    argument: str | int


@dataclass(frozen=True, slots=True, eq=False)
class SetArgument:
    """Add a keyword argument after the last one, or replace its value."""

    call: ast.Call
    name: str
    value: Code | str


@dataclass(frozen=True, slots=True, eq=False)
class NameArguments:
    """Turn positional arguments into keywords: argument ``i`` gets ``names[i]``; an empty name is skipped.

    A rule must have checked that the call has no ``*args``. Keywords follow positionals, so naming argument ``i``
    requires a name for each positional after it.
    """

    call: ast.Call
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RenameAttribute:
    """``value.old`` to ``value.new`` where ``value`` is an object, not a module."""

    node: ast.Attribute
    new: str


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceReference:
    """A reference (a name or dotted name) to a symbol becomes a reference to another one.

    ``to`` is a fully qualified name under a managed root, as in `Code`. On an ``ast.alias`` it is the new target of
    the import; this is rarely needed, because unused imports are removed automatically.
    """

    node: ast.expr | ast.alias
    to: str


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceExpression:
    """An expression becomes another one; children that are kept must be holes of the code."""

    node: ast.expr
    code: Code | str


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceString:
    """The value of a string literal changes; prefix and quotes stay. Implicit concatenations are refused."""

    node: ast.expr
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceQuoted:
    """A string literal that contains an expression (an annotation) gets another one; its quotes stay."""

    node: ast.Constant
    code: Code


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceStatement:
    """A statement becomes one or more others (an empty text deletes it; an emptied body gets ``pass``).

    Comments above the statement stay; those inside it are removed with it.
    """

    node: ast.stmt
    code: Code | str


@dataclass(frozen=True, slots=True, eq=False)
class InsertStatement:
    """Insert statements before (or after) a statement, at its indentation."""

    anchor: ast.stmt
    code: Code | str
    after: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RenameParameter:
    """Rename a parameter, in the signature and wherever the body uses it."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    old: str
    new: str


@dataclass(frozen=True, slots=True, eq=False)
class AddParameter:
    """Add an argument to a function, with the default ``None``; nothing happens if it already has one of this name.

    It is the last of the positional ones, or a keyword-only one if there is an ``*args``.
    """

    function: ast.FunctionDef | ast.AsyncFunctionDef
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class RenameFunction:
    """Rename a method definition; its callers are separate findings."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    new: str


Edit = (
    RenameArgument
    | DropArgument
    | SetArgument
    | NameArguments
    | RenameAttribute
    | ReplaceReference
    | ReplaceExpression
    | ReplaceQuoted
    | ReplaceString
    | ReplaceStatement
    | InsertStatement
    | RenameParameter
    | AddParameter
    | RenameFunction
)
"""Everything that a rule can request."""


def anchor(edit: Edit) -> ast.AST:
    """The ``ast`` node of an edit: where it is applied."""
    match edit:
        case RenameArgument() | DropArgument() | SetArgument() | NameArguments():
            return edit.call
        case InsertStatement():
            return edit.anchor
        case RenameParameter() | RenameFunction() | AddParameter():
            return edit.function
        case _:
            return edit.node
