"""Code that was already written for several versions: leave it alone.

Two shapes count: a ``try`` whose handlers catch what a missing name raises and offer another way, and an ``if``
that asks for a version or for the presence of a name. Whether such a branch can run beside Keras 3 is another
question: `branch_status` answers it, so that a missing name in a branch that does run is not passed over.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from codemods.catalogue import load

if TYPE_CHECKING:
    from codemods.context import Context
from codemods.names.trees import walk

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_NAME_ERRORS = frozenset({"AttributeError", "TypeError"})
_SHORT = 4
"""A ``try`` body of more statements is no guard of a single use."""
_VERSION_TEST = re.compile(
    r"__version__|keras_?3|is_keras|keras_version|tf_version|\bversion\.parse|\bVersion\(|_?TF_?2\b"
    r"|TF_USE_LEGACY_KERAS|find_spec",
    re.IGNORECASE,
)
_OF_TENSORFLOW = re.compile(r"\btf\.|tensorflow|\btf_|_?TF_?2\b", re.IGNORECASE)
_OF_KERAS = re.compile(r"keras", re.IGNORECASE)
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_OLDEST_TENSORFLOW = (2, 16)
"""The first TensorFlow whose ``tf.keras`` is Keras 3; nothing older runs beside it."""


class BranchStatus(Enum):
    """Whether the branch of a guard runs beside Keras 3."""

    DEAD = "dead"
    """It does not: the test fails there, or another branch serves."""
    ALIVE = "alive"
    """It does: the test holds there, or there is no other branch that could serve."""
    UNSURE = "unsure"
    """The test cannot be decided from the text."""


def branch_status(context: Context, node: ast.AST, missing_names: Iterable[ast.AST]) -> BranchStatus:
    """Whether a guarded place can be reached beside Keras 3.

    Args:
        context: the file.
        node: the place.
        missing_names: the places of the file that name what Keras 3 does not have.
    """
    inner: ast.AST = node
    statement = context.statement(node)
    found = BranchStatus.ALIVE
    for outer in context.parents(node):
        here = BranchStatus.ALIVE
        if isinstance(outer, (ast.Try, ast.TryStar)) and _try_guards(outer, inner, statement):
            here = (
                BranchStatus.DEAD
                if _other_branch_serves(context, outer, inner, missing_names)
                else BranchStatus.ALIVE
            )
        elif (
            isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test and _asks(context, outer.test)
        ):
            holds = _holds(context, outer.test)
            orelse = outer.orelse if isinstance(outer.orelse, list) else [outer.orelse]
            if holds is None:
                here = BranchStatus.UNSURE
            elif holds is (inner in orelse):
                here = BranchStatus.DEAD
        if here is BranchStatus.DEAD:
            return here
        if here is BranchStatus.UNSURE:
            found = here
        inner = outer
    return found


def _other_branch_serves(
    context: Context, outer: ast.Try | ast.TryStar, inner: ast.AST, missing_names: Iterable[ast.AST]
) -> bool:
    """Whether a branch of a ``try`` beside the one of ``inner`` names nothing that is missing."""
    branches: list[list[ast.AST]] = [list(outer.body)]
    branches += [[handler] for handler in outer.handlers]
    bad = [{place, *context.parents(place)} for place in missing_names]
    others = [branch for branch in branches if inner not in branch]
    return any(not any(part in above for part in branch for above in bad) for branch in others)


def _holds(context: Context, test: ast.expr) -> bool | None:
    """What a version test says beside Keras 3 and the TensorFlow that goes with it; None when that is open."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _holds(context, test.operand)
        return None if inner is None else not inner
    text = context.source(test)
    oldest = _OLDEST_TENSORFLOW if _OF_TENSORFLOW.search(text) else (3, 0)
    if _OF_TENSORFLOW.search(text) and _OF_KERAS.search(text):
        oldest = (3, 0)  # ``tf.keras.__version__``
    if isinstance(test, ast.Call):
        return _call_holds(context, test, oldest)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left = context.source(test.left)
        wanted = _release(test.comparators[0])
        if wanted is None or "version" not in left.lower():
            return None
        return _compared(test.ops[0], oldest[: len(wanted)] if "[" in left else oldest, wanted)
    return None


def _call_holds(context: Context, test: ast.Call, oldest: tuple[int, ...]) -> bool | None:
    """``version.startswith("1.")`` and ``hasattr(module, name)`` of a name that is known to be missing."""
    if isinstance(test.func, ast.Attribute) and test.func.attr == "startswith" and len(test.args) == 1:
        wanted = _release(test.args[0])
        if wanted is None or "version" not in context.source(test.func.value).lower():
            return None
        return False if wanted[0] < oldest[0] else None
    if isinstance(test.func, ast.Name) and test.func.id == "hasattr" and len(test.args) == 2:
        owner, attribute = context.name(test.args[0]), context.literal(test.args[1])
        if owner is not None and owner.partition(".")[0] == "keras" and isinstance(attribute, str):
            return load().exists(f"{owner}.{attribute}", "keras", context.version.release[:2])
    return None


def _release(node: ast.expr) -> tuple[int, ...] | None:
    """The release that a version test compares with: ``"2.13.0rc0"``, ``Version("2.0")``, ``2``, ``(2, 1)``."""
    while isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        node = node.args[0]
    if isinstance(node, ast.Tuple):
        values = [item.value for item in node.elts if isinstance(item, ast.Constant)]
        whole = [value for value in values if isinstance(value, int)]
        return tuple(whole) if whole and len(whole) == len(node.elts) else None
    if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, int, float)):
        return None
    match = _RELEASE.match(str(node.value))
    return tuple(int(part) for part in match[0].split(".")) if match is not None else None


def _compared(sign: ast.cmpop, oldest: tuple[int, ...], wanted: tuple[int, ...]) -> bool | None:
    """Whether every release from ``oldest`` on compares like this; None when some do and some do not."""
    below = _padded(wanted) <= _padded(oldest)
    equal_head = wanted[: len(oldest)] == oldest[: len(wanted)]
    match sign:
        case ast.GtE() | ast.Gt():
            return True if below and (isinstance(sign, ast.GtE) or not equal_head) else None
        case ast.Lt() | ast.LtE():
            return False if below and (isinstance(sign, ast.Lt) or not equal_head) else None
        case ast.Eq():
            return False if below and not equal_head else None
        case ast.NotEq():
            return True if below and not equal_head else None
        case _:
            return None


def _padded(release: tuple[int, ...]) -> tuple[int, ...]:
    return (*release, 0, 0, 0)[:3]


def asks_for_presence(context: Context, node: ast.AST) -> bool:
    """Whether the nearest guard of a place is passed by a name that is there: a ``try``, or ``hasattr``."""
    inner: ast.AST = node
    statement = context.statement(node)
    for outer in context.parents(node):
        if isinstance(outer, (ast.Try, ast.TryStar)) and _try_guards(outer, inner, statement):
            return inner in outer.body
        if isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test and _asks(context, outer.test):
            body = outer.body if isinstance(outer.body, list) else [outer.body]
            return inner in body and _VERSION_TEST.search(context.source(outer.test)) is None
        inner = outer
    return False


def is_guarded(context: Context, node: ast.AST) -> bool:
    """Whether a node stands in a branch that exists because versions differ."""
    if node not in context.guarded:
        context.guarded[node] = _find_guard(context, node)
    return context.guarded[node]


def _find_guard(context: Context, node: ast.AST) -> bool:
    inner: ast.AST = node
    statement = context.statement(node)
    for outer in context.parents(node):
        if isinstance(outer, (ast.Try, ast.TryStar)) and _try_guards(outer, inner, statement):
            return True
        if isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test and _asks(context, outer.test):
            return True
        inner = outer
    return False


def _asks(context: Context, test: ast.expr) -> bool:
    """Whether a test asks for a version, or whether a module or class of a package has a name."""
    if test not in context.guarding:
        context.guarding[test] = _find_asks(context, test)
    return context.guarding[test]


def _find_asks(context: Context, test: ast.expr) -> bool:
    return _VERSION_TEST.search(context.source(test)) is not None or any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "hasattr"
        and len(node.args) == 2
        and context.name(node.args[0]) is not None
        for node in walk(test)
    )


def _try_guards(outer: ast.Try | ast.TryStar, inner: ast.AST, statement: ast.stmt | None) -> bool:
    if inner in outer.orelse or inner in outer.finalbody:
        return False
    caught = {name for handler in outer.handlers for name in _caught(handler)}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return bool(caught & _IMPORT_ERRORS) and any(_imports(handler) for handler in outer.handlers)
    return bool(caught & _NAME_ERRORS) and len(outer.body) <= _SHORT


def _caught(handler: ast.ExceptHandler) -> list[str]:
    if handler.type is None:
        return ["BaseException"]
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [getattr(item, "attr", getattr(item, "id", "")) for item in types]


def _imports(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in walk(handler))
