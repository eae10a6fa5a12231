"""A method that reads nothing of its object is a function: ``Lambda(self.sampler)`` writes ``sampler`` alone."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import replace

from codemods.files.source import Source, SourceError, parse
from migrate.own_code.modules import SourceModule, Statement, statement_of

_PLAIN = frozenset({"staticmethod"})


def as_function(module: SourceModule, name: str, line: int) -> Statement | None:
    """The method that begins at a line, as a function without its ``self``; None where no method does.

    Raises:
        SourceError: the method reads its object, whose attributes no file records, or is decorated.
    """
    owner, method = _method(module, name, line)
    if owner is None or method is None:
        return None
    decorators = {ast.unparse(one) for one in method.decorator_list}
    if decorators - _PLAIN:
        raise SourceError(f"{name} is a method of {owner.name} under {', '.join(sorted(decorators))}")
    lines = module.text.splitlines(keepends=True)[method.lineno - 1 : method.end_lineno]
    source = Source(module.path, textwrap.dedent("".join(lines)))
    node = parse(source.text).body[0]
    if decorators or not isinstance(node, ast.FunctionDef) or not node.args.args:
        return _at(node, source, method.lineno)
    first, *others = node.args.args
    if any(isinstance(one, ast.Name) and one.id == first.arg for one in ast.walk(node)):
        raise SourceError(
            f"{name} is a method of {owner.name} that reads {first.arg}, whose attributes no file records; make it a "
            f"function at the top level of {module.path.name} that receives what it reads"
        )
    start = source.span(first)[0]
    end = source.span(others[0])[0] if others else source.span(first)[1]
    text = source.text[:start] + source.text[end:]
    return _at(parse(text).body[0], Source(module.path, text), method.lineno)


def _method(module: SourceModule, name: str, line: int) -> tuple[ast.ClassDef | None, ast.FunctionDef | None]:
    for statement in module.statements:
        if isinstance(statement.node, ast.ClassDef):
            for node in statement.node.body:
                if isinstance(node, ast.FunctionDef) and node.name == name and node.lineno == line:
                    return statement.node, node
    return None, None


def _at(node: ast.stmt, source: Source, line: int) -> Statement:
    return replace(statement_of(node, source), line=line)
