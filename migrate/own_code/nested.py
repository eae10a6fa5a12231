"""A class or function that is defined inside a function, cut out of it where that function's run is not needed."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import replace

from codemods.files.source import Source, parse
from migrate.own_code.modules import SourceModule, Statement, bound_by, statement_of

_Definition = ast.ClassDef | ast.FunctionDef


def standing_alone(module: SourceModule, name: str, line: int) -> list[Statement]:
    """The definition that begins at a line inside a top-level function, behind the statements of it that it reads.

    Empty where nothing begins there, and where it reads what only a run of the function tells: its arguments, values
    that are computed or bound twice.
    """
    outer = module.around(line)
    if outer is None:
        return []
    defined = (node for node in ast.walk(outer) if isinstance(node, _Definition))
    inner = next((node for node in defined if _begins(node, name, line)), None)
    if inner is None:
        return []
    bound = [(bound_name, node) for node in outer.body for bound_name in bound_by(node)]
    arguments = {argument.arg for argument in ast.walk(outer.args) if isinstance(argument, ast.arg)}
    found: list[Statement] = []

    def take(node: ast.stmt) -> bool:
        statement = _cut(module, node)
        local = arguments | {bound_name for bound_name, _ in bound}
        for needed in sorted(statement.needs & local - statement.binds):
            makers = [maker for bound_name, maker in bound if bound_name == needed]
            if len(makers) != 1 or needed in arguments or not _says_all(makers[0]) or not take(makers[0]):
                return False
        if all(statement.text != one.text for one in found):
            found.append(replace(statement, needs=statement.needs - local))
        return True

    return found if take(inner) else []


def _begins(node: _Definition, name: str, line: int) -> bool:
    return node.name == name and line in (
        node.lineno,
        *(decorator.lineno for decorator in node.decorator_list),
    )


def _says_all(node: ast.stmt) -> bool:
    """Whether a statement means the same at the top level: a definition, an import, a name for a literal."""
    if isinstance(node, ast.Assign):
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    return isinstance(node, _Definition | ast.Import | ast.ImportFrom)


def _cut(module: SourceModule, node: ast.stmt) -> Statement:
    """A statement without its indentation."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    lines = module.text.splitlines(keepends=True)[first - 1 : node.end_lineno]
    source = Source(module.path, textwrap.dedent("".join(lines)))
    return replace(statement_of(parse(source.text).body[0], source), line=first)
