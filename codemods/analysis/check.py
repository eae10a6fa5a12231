"""Look at a rewritten file with other eyes: does it compile, and does it name only what exists?"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.catalogue import load
from codemods.context import Context
from codemods.files.source import Source, SourceError
from codemods.guards import BranchStatus, branch_status, is_guarded
from codemods.names.canonical import canonical
from codemods.names.interest import interesting_names
from codemods.names.scopes import Index
from codemods.names.uses import imported_path
from codemods.names.values import Symbol
from codemods.rules.api import Match, Target
from codemods.rules.names.imports import MOVED, ONLY_TENSORFLOW
from codemods.rules.names.unknown import GUARDED_NAME, UNKNOWN_ARGUMENT, UNKNOWN_NAME
from migrate.findings import Severity

_BUILTINS = frozenset(dir(builtins)) | {
    "__file__",
    "__name__",
    "__doc__",
    "__path__",
    "__spec__",
    "__builtins__",
    "__class__",
}


def unknown(context: Context) -> Iterator[Match]:
    """Names and arguments of Keras that the destination does not have, wherever the file uses them."""
    catalogue = load()
    index = context.module.index
    release = context.version.release[:2]
    if context.target is Target.TF_KERAS_2 or context.module.name.partition(".")[0] == "keras":
        return  # Keras itself knows its private modules
    yield from _unknown_imports(context)
    for root in sorted(interesting_names(context.module)):
        for node, scope in index.names.get(root, ()):
            value = context.module.value(node, scope)
            current: ast.expr = node
            while isinstance(current, ast.Attribute) and not _decidable(value):
                current = current.value
                value = context.module.value(current, scope)
            if not isinstance(value, Symbol) or not value.name.startswith("keras.") or ".__" in value.name:
                continue
            namespace = "tf.keras" if value.origin != "keras" else "keras"
            place = catalogue.destination(value.name, namespace) or value.name
            exists = catalogue.exists(place, namespace, release) or catalogue.exists(
                value.name, namespace, release
            )
            if not exists and not _attribute_of_class(value.name, namespace):
                context.remember(current, scope)
                yield _missing(current, value.name)
                continue
            call = index.callee_of.get(current)
            for keyword in call.keywords if call is not None else ():
                name = keyword.arg
                if name is not None and not catalogue.accepts(place, name, namespace, release):
                    assert call is not None
                    context.remember(call, scope)
                    message = f"{value.name} has no argument {name} in Keras 3"
                    yield Match(UNKNOWN_ARGUMENT, call, message, symbol=value.name, argument=name)


def _unknown_imports(context: Context) -> Iterator[Match]:
    catalogue = load()
    release = context.version.release[:2]
    for statement, scope in context.module.index.imports:
        module = getattr(statement, "module", None)
        if isinstance(statement, ast.ImportFrom) and (statement.level or not module):
            continue
        for alias in statement.names:
            known = canonical(imported_path(statement, alias))
            if isinstance(statement, ast.Import) and not alias.asname:
                continue  # it binds ``keras``, and becomes an import of that
            if alias.name == "*" or not known.name.startswith("keras.") or ".__" in known.name:
                continue
            namespace = "tf.keras" if known.origin != "keras" else "keras"
            place = catalogue.destination(known.name, namespace) or known.name
            if not catalogue.exists(place, namespace, release):
                context.remember(alias, scope)
                yield _missing(alias, known.name)


_OTHER_PLACE = frozenset({MOVED.code, ONLY_TENSORFLOW.code})
_BRANCH_HINTS = {
    BranchStatus.ALIVE: (
        Severity.ERROR,
        "this branch runs with Keras 3: add a separate branch for Keras 3, or rewrite the name",
    ),
    BranchStatus.UNSURE: (Severity.WARNING, "check that another branch runs with Keras 3, or add one"),
    BranchStatus.DEAD: (
        Severity.INFO,
        "this branch does not run with Keras 3: delete it when Keras 2 is no longer supported",
    ),
}


def guarded(context: Context, missing_names: Sequence[Match], found: Sequence[Match]) -> Iterator[Match]:
    """Missing names in branches for other versions, with what becomes of the branch beside Keras 3.

    Of calls and arguments only those are told whose branch certainly runs there.

    Args:
        context: the file.
        missing_names: what `unknown` finds.
        found: what the rules find; a name that moved is missing at its old place.
    """
    behind = [item for item in missing_names if is_guarded(context, item.node)]
    for item in found:
        if item.rule.code in _OTHER_PLACE and item.edits and is_guarded(context, item.node):
            old, _, new = item.message.partition(" becomes ")
            behind.append(replace(item, message=f"{old} is {new} in Keras 3", edits=()))
    places = [item.node for item in (*missing_names, *behind) if not _private(item)]
    for item in behind:
        status = branch_status(context, item.node, places)
        severity, hint = _BRANCH_HINTS[
            BranchStatus.UNSURE if _private(item) and status is BranchStatus.ALIVE else status
        ]
        if _private(item):
            hint = f"another release may not have it: {hint}"
        yield replace(item, rule=GUARDED_NAME, severity=severity, hint=hint)
    told = {_place(item.node) for item in behind}
    for item in found:
        severity = item.severity or item.rule.severity
        if _place(item.node) in told or item.rule.behind_guards:
            continue
        if severity not in {Severity.ERROR, Severity.SILENT}:
            continue
        if is_guarded(context, item.node) and branch_status(context, item.node, places) is BranchStatus.ALIVE:
            hint = "this branch runs with Keras 3: add a separate branch for Keras 3, or rewrite the call"
            message = item.message or item.rule.summary
            yield replace(item, rule=GUARDED_NAME, message=message, severity=severity, hint=hint, edits=())


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _missing(node: ast.AST, name: str) -> Match:
    if not name.startswith("keras.src."):
        return Match(UNKNOWN_NAME, node, f"Keras 3 has no {name}", symbol=name)
    message = f"{name} is a private path, which a Keras 3 release may or may not have"
    hint = "use the public name of the object"
    return Match(UNKNOWN_NAME, node, message, hint, symbol=name, severity=Severity.WARNING)


def _private(found: Match) -> bool:
    """Whether a name lies below ``keras.src``, of which the catalogue knows nothing."""
    return found.symbol.startswith("keras.src.")


def _decidable(value: object) -> bool:
    """Whether a dotted name ends at a module, class or function, and not at a member of a class."""
    if not isinstance(value, Symbol):
        return False
    above = value.name.rpartition(".")[0].rpartition(".")[2]
    return not above[:1].isupper()


def _attribute_of_class(name: str, namespace: str) -> bool:
    above, _, last = name.rpartition(".")
    return last.startswith("__") or (
        above.rpartition(".")[2][:1].isupper() and load().exists(above, namespace)
    )


def must_compile(text: str) -> None:
    """Compile a module, which finds what parsing does not: an argument given twice. Raises `SourceError`."""
    trouble = _trouble(text)
    if trouble is not None:
        raise SourceError(f"the rewritten text does not compile: {trouble}") from trouble


def must_still_compile(before: Source, first: ast.Module, after: Source, last: ast.Module) -> None:
    """`must_compile` for what a rewrite changed; nothing is asked of a text that did not compile before."""
    known = {text for _, text in _top_level(before, first)}
    changed: list[ast.stmt] = [node for node, text in _top_level(after, last) if text not in known]
    if _trouble(ast.Module(changed, [])) is not None and _trouble(before.text) is None:
        must_compile(after.text)


def _top_level(source: Source, tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """The statements of a module with their texts, decorators included."""
    for node in tree.body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
        yield node, source.text[source.offset(first, 0) : source.span(node)[1]]


def _trouble(code: str | ast.Module) -> Exception | None:
    """Why a module does not compile, None when it does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<rewritten>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        return error
    return None


def undefined(index: Index) -> frozenset[str]:
    """Names that a module uses and nothing binds; what ``from … import *`` may bring is among them."""
    known = _BUILTINS | index.module.bindings.keys()
    return frozenset(
        name
        for name, places in index.names.items()
        if name not in known and any(scope.find(name) is None for _, scope in places)
    )
