"""Models that a script builds at its top level: the statements that one depends on, as a function.

``model = Sequential(); model.add(Dense(n, input_shape=(784,))); model.fit(x, y)`` becomes
``def model_of_train(n): model = Sequential(); model.add(…); return model``. What the model does not depend on stays
behind: data, training, plots. A value that the sources tell stands in its place; one that only data would tell is an
argument of the function, as a size that the weights have to tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrate.own_code.arguments import SIZES
from migrate.own_code.flow import names_bound, needed, plain_statements, top_level
from migrate.own_code.modules import SourceModule
from migrate.own_code.opened import Opened
from migrate.own_code.values import Evaluator, UnknownValueError

_MODELS = frozenset({"Model", "Sequential", "Functional"})
_SHOWS = re.compile(r"""(\w|\.)*\b(compile|summary|print)\(|['"]""")
"""Statements that change no architecture and need no data: of a finished model, and texts."""
_RESULT = "model"
"""Name of what a function returns that is called with data around it."""


@dataclass(frozen=True, slots=True)
class Script:
    """A model that a script makes.

    Attributes:
        variable: that holds the model.
        name: of the function.
        line: where the model is made.
        text: source of the function.
        call: source of its call.
        open: names of its arguments: sizes that the sources do not tell.
        lacking: names of what only data tells and which layers there are depends on; the function has no body then.
        read: names around it that its arguments are of.
        late: whether others are to be tried first.
    """

    variable: str
    name: str
    line: int
    text: str
    call: str
    open: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    read: frozenset[str] = frozenset()
    late: bool = False


def scripts_of(module: SourceModule, evaluator: Evaluator) -> Iterator[Script]:
    """The models made at the top level of a module, and in functions that return none or read data around them.

    A function that reads what only data tells (``len(words)``) cannot be called as it is. Where inputs have the shape
    of data, lengths of sequences and sizes of images are left open first, and arguments in a second function. One that
    could be called and that does more than build (it trains on data that is not here) comes last.
    """
    functions = [s.node for s in module.statements if isinstance(s.node, ast.FunctionDef)]
    top = top_level(module)
    yield from _models(top, 0, module, evaluator, None)
    for function in functions:
        body = [*top, *plain_statements(function.body)]
        returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
        if not returns:
            yield from _models(body, len(top), module, evaluator, function)
        elif body[-1] is returns[0] and len(returns) == 1 and returns[0].value and _calls_model(function):
            value, inside = returns[0].value, body[:-1]
            name = value.id if isinstance(value, ast.Name) else _RESULT
            if not isinstance(value, ast.Name):
                inside.append(ast.Assign([ast.Name(name, ast.Store())], value, lineno=function.lineno))
            around = {name for node in top for name in names_bound(node)}
            for script in _as_functions(inside, name, module, evaluator, function):
                if (script.read | {*script.lacking}) & around:
                    yield script  # otherwise the function can be called as it is
                elif _does_more(inside[len(top) :], name) and not script.lacking:
                    yield replace(script, late=True)  # unless it trains, too


def _does_more(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether a body does anything that what a name stands for at its end does not depend on, but show it."""
    told = [node for node in body if not (isinstance(node, ast.Expr) and _SHOWS.match(ast.unparse(node)))]
    return len(needed(told, {name})[0]) < len(told)


def _models(
    body: Sequence[ast.stmt],
    first: int,
    module: SourceModule,
    evaluator: Evaluator,
    function: ast.FunctionDef | None,
) -> Iterator[Script]:
    """The models that statements from a first one on make, those before it being what they may read."""
    made = [(number, name) for number, node in enumerate(body) for name in _makes(node)]
    for at, name in made:
        if at >= first:
            end = next((number for number, other in made if other == name and number > at), len(body))
            for script in _as_functions(body[:end], name, module, evaluator, function):
                yield replace(script, line=body[at].lineno)


def _as_functions(
    body: Sequence[ast.stmt],
    name: str,
    module: SourceModule,
    evaluator: Evaluator,
    function: ast.FunctionDef | None,
) -> Iterator[Script]:
    """The functions that give what a name stands for behind a body.

    Nothing where data tells which layers there are, and no variable that a user could give a value holds it.
    """
    kept, before = needed(body, {name})
    found: list[Script] = []
    for lengths in (False, True):
        opened = Opened(module, evaluator, function, lengths=lengths)
        script = _as_function(name, module, function, opened, kept, before)
        if script is not None and all(script.open != other.open for other in found):
            found.append(replace(script, late=lengths))
    yield from found


def _as_function(
    name: str,
    module: SourceModule,
    function: ast.FunctionDef | None,
    opened: Opened,
    kept: Sequence[ast.stmt],
    before: set[str],
) -> Script | None:
    stem = re.sub(r"\W", "_", function.name if function else module.path.stem)
    made_by, line = f"{name}_of_{stem}", function.lineno if function else 1
    try:
        statements = [*(opened.given(function, before) if function else []), *opened.statements(kept)]
    except UnknownValueError as error:
        lacking = Script(name, made_by, line, f"def {made_by}(): ...", f"{made_by}()", lacking=error.args)
        return lacking if error.args else None
    text = "\n".join(
        [f"def {made_by}({', '.join(opened.names)}):", *_indented(statements), f"    return {name}"]
    )
    given = ", ".join(f"{n}={SIZES}[{number}]" for number, n in enumerate(opened.names))
    return Script(
        name, made_by, line, text, f"{made_by}({given})", tuple(opened.names), read=frozenset(opened.read)
    )


def _indented(statements: Sequence[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        for line in ast.unparse(ast.fix_missing_locations(statement)).splitlines():
            yield f"    {line}"


def _calls_model(function: ast.FunctionDef) -> bool:
    return any(isinstance(n, ast.Call) and _last(n.func) in _MODELS for n in ast.walk(function))


def _makes(node: ast.stmt) -> Iterator[str]:
    """Names that a statement gives a new model, in its branches, too."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    found = dict.fromkeys(
        inner.targets[0].id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Assign)
        and isinstance(inner.targets[0], ast.Name)
        and isinstance(inner.value, ast.Call)
        and _last(inner.value.func) in _MODELS
    )
    yield from found


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
