"""Edits of a call's arguments on LibCST nodes, preserving comments and layout."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

_NO_SPACE = cst.SimpleWhitespace("")


def _position(call: cst.Call, argument: str | int) -> int | None:
    if isinstance(argument, int):
        return argument if argument < len(call.args) and not call.args[argument].star else None
    for position, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == argument:
            return position
    return None


def rename_argument(call: cst.Call, old: str, new: str) -> cst.Call:
    """``f(old=1)`` to ``f(new=1)``, unless ``new`` is given as well."""
    position = _position(call, old)
    if position is None or _position(call, new) is not None:
        return call
    argument = call.args[position]
    assert argument.keyword is not None
    return _with(call, position, argument.with_changes(keyword=argument.keyword.with_changes(value=new)))


def _with(call: cst.Call, position: int, argument: cst.Arg) -> cst.Call:
    return call.with_changes(args=[*call.args[:position], argument, *call.args[position + 1 :]])


def drop_argument(call: cst.Call, argument: str | int) -> cst.Call:
    """Remove an argument; a comment after it stays."""
    position = _position(call, argument)
    if position is None:
        return call
    dropped = call.args[position]
    rest = [*call.args[:position], *call.args[position + 1 :]]
    if not rest:
        return call.with_changes(args=[], whitespace_before_args=_closing(call, dropped))
    if position == len(rest):
        # The last one: the previous argument takes its comma, or keeps its own if it has a comment.
        before = rest[-1]
        if isinstance(before.comma, cst.Comma) and _comments(before.comma):
            tail = (
                dropped.comma.whitespace_after
                if isinstance(dropped.comma, cst.Comma)
                else dropped.whitespace_after_arg
            )
            comma = before.comma.with_changes(whitespace_after=_merge(before.comma.whitespace_after, tail))
            rest[-1] = before.with_changes(comma=comma)
        else:
            rest[-1] = before.with_changes(
                comma=dropped.comma, whitespace_after_arg=dropped.whitespace_after_arg
            )
    elif _comments(dropped.comma):
        # A comment after the dropped argument moves to the previous one.
        space = dropped.comma.whitespace_after  # type: ignore[union-attr]
        if position:
            before = rest[position - 1]
            assert isinstance(before.comma, cst.Comma)
            merged = before.comma.with_changes(whitespace_after=_merge(before.comma.whitespace_after, space))
            rest[position - 1] = before.with_changes(comma=merged)
        else:
            return call.with_changes(
                args=rest, whitespace_before_args=_merge(call.whitespace_before_args, space)
            )
    return call.with_changes(args=rest)


def _closing(call: cst.Call, dropped: cst.Arg) -> cst.BaseParenthesizableWhitespace:
    comma = dropped.comma
    if isinstance(comma, cst.Comma) and _comments(comma):
        return _merge(call.whitespace_before_args, comma.whitespace_after)
    if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
        space = call.whitespace_before_args
        if space.first_line.comment is not None or any(line.comment for line in space.empty_lines):
            return space
    return _NO_SPACE


def _comments(comma: object) -> bool:
    if not isinstance(comma, cst.Comma):
        return False
    space = comma.whitespace_after
    return isinstance(space, cst.ParenthesizedWhitespace) and (
        space.first_line.comment is not None or any(line.comment for line in space.empty_lines)
    )


def _merge(
    first: cst.BaseParenthesizableWhitespace, second: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """Join two pieces of white space without losing a comment."""
    if not isinstance(first, cst.ParenthesizedWhitespace):
        return second
    if not isinstance(second, cst.ParenthesizedWhitespace):
        return first
    lines = [*first.empty_lines]
    if second.first_line.comment is not None:
        lines.append(
            cst.EmptyLine(indent=True, whitespace=first.last_line, comment=second.first_line.comment)
        )
    return first.with_changes(empty_lines=[*lines, *second.empty_lines], last_line=second.last_line)


def name_arguments(call: cst.Call, names: Sequence[str]) -> cst.Call:
    """Turn positional arguments into keyword arguments."""
    arguments = list(call.args)
    for position, (argument, name) in enumerate(zip(arguments, names, strict=False)):
        if name and argument.keyword is None and not argument.star:
            arguments[position] = argument.with_changes(
                keyword=cst.Name(name),
                equal=cst.AssignEqual(whitespace_before=_NO_SPACE, whitespace_after=_NO_SPACE),
            )
    return call.with_changes(args=arguments)


def set_argument(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    """Replace the value of a keyword or add the keyword, in the layout of the previous arguments."""
    position = _position(call, name)
    if position is not None:
        return _with(call, position, call.args[position].with_changes(value=value))
    new = cst.Arg(
        value,
        keyword=cst.Name(name),
        equal=cst.AssignEqual(whitespace_before=_NO_SPACE, whitespace_after=_NO_SPACE),
    )
    arguments = list(call.args)
    at = len(arguments)
    while at and arguments[at - 1].star == "**":
        at -= 1
    if not arguments:
        return call.with_changes(
            args=[new], whitespace_before_args=_only_comment(call.whitespace_before_args)
        )
    if at < len(arguments):
        separator = cst.Comma(whitespace_after=_separator(call))
        return call.with_changes(args=[*arguments[:at], new.with_changes(comma=separator), *arguments[at:]])
    if isinstance(arguments[0].value, cst.GeneratorExp) and not arguments[0].value.lpar:
        # As the only argument it needs no parentheses, with another argument it does.
        wrapped = arguments[0].value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        arguments[0] = arguments[0].with_changes(value=wrapped)
    last = arguments[-1]
    between = cst.Comma(whitespace_after=_separator(call))
    tail: dict[str, object] = {"whitespace_after_arg": last.whitespace_after_arg}
    if isinstance(last.comma, cst.Comma):
        space = last.comma.whitespace_after
        if _comments(last.comma) and isinstance(space, cst.ParenthesizedWhitespace):
            # ``f(a,  # why`` keeps its comment on the line of ``a``.
            inner = _indent_of(call)
            between = last.comma.with_changes(whitespace_after=space.with_changes(last_line=inner))
            closing = space.with_changes(
                first_line=cst.TrailingWhitespace(newline=space.first_line.newline), empty_lines=[]
            )
            tail["comma"] = cst.Comma(whitespace_after=closing)
        else:
            tail["comma"] = last.comma
    elif isinstance(last.whitespace_after_arg, cst.ParenthesizedWhitespace) and _comments(
        cst.Comma(whitespace_after=last.whitespace_after_arg)
    ):
        # ``f(a  # why`` without a comma: the comma comes before the comment.
        between = cst.Comma(
            whitespace_after=last.whitespace_after_arg.with_changes(last_line=_indent_of(call))
        )
        tail["whitespace_after_arg"] = _bare(last.whitespace_after_arg)
    arguments[-1] = last.with_changes(comma=between, whitespace_after_arg=_NO_SPACE)
    return call.with_changes(args=[*arguments, new.with_changes(**tail)])


def _only_comment(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    return space if isinstance(space, cst.ParenthesizedWhitespace) else _NO_SPACE


def _separator(call: cst.Call) -> cst.BaseParenthesizableWhitespace:
    """White space as used between the arguments of this call."""
    for argument in call.args[:-1]:
        if isinstance(argument.comma, cst.Comma):
            space = argument.comma.whitespace_after
            if isinstance(space, cst.ParenthesizedWhitespace):
                return _bare(space)
            return cst.SimpleWhitespace(" ")
    if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
        return _bare(call.whitespace_before_args)
    return cst.SimpleWhitespace(" ")


def _bare(space: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    first = cst.TrailingWhitespace(newline=space.first_line.newline)
    return space.with_changes(first_line=first, empty_lines=[])


def _indent_of(call: cst.Call) -> cst.SimpleWhitespace:
    space = _separator(call)
    return space.last_line if isinstance(space, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace("    ")
