"""Which builder's model a repository loads a file into: ``net = predict_model(); net.load_weights("net.h5")``."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from migrate.own_code.scopes import CallSite, assignments
from migrate.own_code.values import Evaluator, UnknownValueError

_ANY = "\0"
"""Stands in a pattern for what only a run tells."""
_MAX_DEPTH = 8
_FIELD = re.compile(r"\{[^{}]*\}|%[-+ #0]*\d*(?:\.\d+)?[a-z]|[^{}%]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Loading:
    """A model that a file is loaded into: the call that makes it, and whether layers are found by their names."""

    made: CallSite
    by_name: bool


def loaded_into(
    file: PurePath, sites: Mapping[str, Sequence[CallSite]], evaluator: Evaluator
) -> dict[str, list[Loading]]:
    """Name of a function or class → its calls whose results load the weights of a file.

    Where the calls stand says which of several definitions of one name they mean.

    Args:
        file: that is loaded. Folders before its name say nothing, because checkouts are moved; but where only a run
            tells the name (``os.path.join("weights", f"{task}.h5")``), what is fixed of the path has to agree.
        sites: calls of the sources.
        evaluator: of their arguments.
    """
    found: dict[str, list[Loading]] = {}
    for site in sites.get("load_weights", ()):
        function = site.node.func
        if not isinstance(function, ast.Attribute) or not site.node.args:
            continue
        path = _Path(evaluator).pattern(site.node.args[0], site)
        open_path = path.replace(_ANY, "[^/]*")
        if path.rpartition("/")[2] == re.escape(file.name) or (
            _is_telling(path) and re.search(f"(^|/){open_path}$", file.as_posix())
        ):
            for node in _made_by(function.value, site):
                loading = Loading(CallSite(node, site.scope), _by_name(site.node))
                found.setdefault(_called(node), []).append(loading)
    return found


def _by_name(call: ast.Call) -> bool:
    """Whether ``load_weights(path, by_name=True)`` says so; it was the second argument until TensorFlow 2.0."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "by_name"] or call.args[1:2]
    return any(isinstance(value, ast.Constant) and value.value is True for value in given)


def _is_telling(path: str) -> bool:
    """Whether a path of which a part is open says more than how its name ends."""
    folder, _, name = path.rpartition("/")
    return any(
        part.replace(_ANY, "").strip("\\.") for part in (*folder.split("/"), name.rpartition("\\.")[0])
    )


class _Path:
    """Paths as regular expressions with ``_ANY`` for what only a run tells."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def pattern(self, node: ast.expr, site: CallSite, depth: int = 0) -> str:
        """The expression for the value of an expression of Python."""
        try:
            value = self._evaluator.value(node, site.scope)
        except UnknownValueError:
            return self._unknown(node, site, depth) if depth < _MAX_DEPTH else _ANY
        return re.escape(value.replace("\\", "/")) if isinstance(value, str) else _ANY

    def _unknown(self, node: ast.expr, site: CallSite, depth: int) -> str:
        def inner(part: ast.expr) -> str:
            return self.pattern(part, site, depth + 1)

        match node:
            case ast.JoinedStr(values=parts):
                return "".join(map(inner, parts))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return inner(left) + inner(right)
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
                return _filled(text)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                return _filled(text)
            case ast.Call(func=ast.Attribute(attr="join", value=owner), args=parts) if "path" in ast.unparse(
                owner
            ):
                return "/".join(map(inner, parts))
            case ast.Name(id=name):
                made = list(assignments(_body(site), name, site.scope.line))
                return inner(made[-1][0]) if made else _ANY
        return _ANY


def _filled(text: str) -> str:
    """The expression for a text whose fields are filled in."""
    parts = _FIELD.findall(text.replace("\\", "/"))
    return "".join(_ANY if part[0] in "{%" and len(part) > 1 else re.escape(part) for part in parts)


def _body(site: CallSite) -> list[ast.stmt]:
    inside = site.scope.function
    return inside.body if inside is not None else [s.node for s in site.scope.module.statements]


def _made_by(receiver: ast.expr, site: CallSite) -> list[ast.Call]:
    """The call that makes the object that a method is called on; nothing where no call does."""
    if isinstance(receiver, ast.Call):
        return [receiver]
    made = list(assignments(_body(site), ast.unparse(receiver), site.scope.line))
    return [node for node, _, _ in made[-1:] if isinstance(node, ast.Call)]


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
