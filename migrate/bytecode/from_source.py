"""Functions of a user's source as values of the interpreter: the source is compiled, and nothing of it is executed."""

from __future__ import annotations

import ast
import marshal
import sys
from collections.abc import Mapping
from types import CodeType
from typing import Any

from migrate.bytecode.api.names import import_from, imported
from migrate.bytecode.errors import Refused
from migrate.bytecode.marshal import read_code
from migrate.bytecode.values import Function

RUNNING = "{}.{}".format(*sys.version_info)
"""The Python whose bytecode the functions are."""


def read_source(text: str) -> dict[str, Any]:
    """Functions, constants and imported libraries that a module defines, by name.

    What is computed when the module is imported, decorated functions and classes are left out: a function that uses one
    of them meets a global that is not known.

    Raises:
        SyntaxError: the text is no Python.
    """
    tree = ast.parse(text)
    module = compile(text, "source.py", "exec")
    codes = {code.co_name: code for code in module.co_consts if isinstance(code, CodeType)}
    found: dict[str, Any] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
            function = _function(statement, codes.get(statement.name))
            if function is not None:
                found[statement.name] = function
        elif isinstance(statement, ast.Assign | ast.Import | ast.ImportFrom):
            found.update(_bound(statement))
    return found


def _function(statement: ast.FunctionDef, code: CodeType | None) -> Function | None:
    """A function whose defaults are literals; None for any other."""
    arguments = statement.args
    try:
        defaults = tuple(ast.literal_eval(default) for default in arguments.defaults)
        named = {
            parameter.arg: ast.literal_eval(default)
            for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        return None if code is None else Function(read_code(marshal.dumps(code)), defaults, named)
    except (ValueError, Refused):
        return None


def _bound(statement: ast.Assign | ast.Import | ast.ImportFrom) -> Mapping[str, Any]:
    """Names that a statement binds to a literal or to a library of the allow-list."""
    try:
        if isinstance(statement, ast.Assign):
            value = ast.literal_eval(statement.value)
            return {target.id: value for target in statement.targets if isinstance(target, ast.Name)}
        if isinstance(statement, ast.Import):
            return {
                alias.asname or alias.name.partition(".")[0]: imported(alias.name, bool(alias.asname))
                for alias in statement.names
            }
        module = imported(statement.module or "", True)
        return {alias.asname or alias.name: import_from(module, alias.name) for alias in statement.names}
    except (ValueError, Refused):
        return {}
