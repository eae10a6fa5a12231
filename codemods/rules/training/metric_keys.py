"""TRN: the keys of logs, which Keras up to 2.2 named after the function and later versions after the metric."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import text
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


KEYS = SourceRule(
    code="TRN035",
    name="accuracy-key",
    summary="The accuracy is logged as `accuracy`, and as `acc` only if the metric was given as `acc`.",
    severity=Severity.SILENT,
    why="Until Keras 2.2, `metrics=['accuracy']` was logged as `acc` and `val_acc`; since 2.3 a metric is logged "
    "under its given name. A callback that monitors a missing key warns and continues: EarlyStopping never stops, "
    "ModelCheckpoint never saves. Only an EarlyStopping without a mode raises in Keras 3.",
    references=("https://github.com/keras-team/keras/releases/tag/2.3.0",),
    manual="use the name that is passed to compile(): 'accuracy' and 'val_accuracy', or 'acc' and 'val_acc'",
    proofs=(Proof(changes=True), Proof("proof_2", expect="raises")),
)
_KEY = re.compile(r"^(?:val_)?(?:\w+_)?acc$")
_IN_PATH = re.compile(r"(\{(?:val_)?(?:\w+_)?acc)(?=[:}!])")
_IN_FORMATTED_PATH = re.compile(r"(\{\{(?:val_)?(?:\w+_)?acc)(?=[:}!])")
"""The same in the source of an f-string, where braces that stay are written twice."""
_MENTIONED = re.compile(r"""["'{_]acc["':}!]""")
_MONITORS = {
    "keras.callbacks.EarlyStopping": ("monitor",),
    "keras.callbacks.ReduceLROnPlateau": ("monitor",),
    "keras.callbacks.ModelCheckpoint": ("filepath", "monitor"),
}
_ELSEWHERE = r"metrics\s*=[^\n]{0,80}['\"]%s['\"]"
HISTORY = "keras.callbacks.History.history"


@visit(KEYS, module=True)
def accuracy_keys(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``monitor="val_acc"``, ``{val_acc:.2f}`` in a path, ``history.history["acc"]``, ``logs.get("acc")``."""
    del tree
    if _MENTIONED.search(ctx.source_file.text) is None:
        return
    places = list(dict.fromkeys((*_monitored(ctx), *_looked_up(ctx))))
    fix = _fix(ctx) if places else None
    for node, value in places if fix is not None else ():
        formatted = isinstance(node, ast.JoinedStr)
        pattern = _IN_FORMATTED_PATH if formatted else _IN_PATH
        new = pattern.sub(r"\1uracy", value) if "{" in value else f"{value}uracy"
        said = f"{value} is {new}" if formatted else f"{value!r} is {new!r}"
        message = f"{said} if the metric is given as 'accuracy'"
        edit: Edit = ReplaceExpression(node, Code(new)) if formatted else text(ctx, node, new)
        edits = () if fix is Fix.MANUAL else (edit,)
        yield Match(KEYS, node, message, edits=edits, symbol="keras.callbacks.History", fix=fix)


def _fix(ctx: Context) -> Fix | None:
    """How sure it is that the metric was given as ``accuracy``; None when it was given as ``acc``."""
    given = {name for call, _ in ctx.module.index.calls for name in _metrics(call, ctx)}
    if "acc" in given:
        return None
    if given & {"accuracy", "Accuracy"}:
        return Fix.SAFE
    repository = ctx.module.repository
    if repository is None:
        return Fix.MANUAL
    if repository.mentions(_ELSEWHERE % "acc"):
        return None
    return Fix.UNSAFE if repository.mentions(_ELSEWHERE % "accuracy") else Fix.MANUAL


def _metrics(call: ast.Call, ctx: Context) -> Iterator[str]:
    """The strings among the metrics that a call of ``compile`` is given."""
    for node in metrics_given(call, ctx):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def metrics_given(call: ast.Call, ctx: Context) -> Iterator[ast.AST]:
    """The nodes of what a call of ``compile`` is given as metrics, directly or by a name."""
    if getattr(call.func, "attr", "") != "compile":
        return
    metrics = ctx.arguments(call, "optimizer", "loss", "metrics").get("metrics")
    if isinstance(metrics, ast.Name):
        home = ctx.scope(call).find(metrics.id)
        values = [binding.value for binding in home.bindings[metrics.id]] if home is not None else []
    else:
        values = [metrics]
    for value in values:
        yield from walk(value) if value is not None else ()


def _monitored(ctx: Context) -> Iterator[tuple[ast.expr, str]]:
    """The literals by which callbacks name the accuracy."""
    for call, scope in ctx.module.index.calls:
        order = (
            _MONITORS.get(ctx.name(call.func) or "")
            if isinstance(call.func, (ast.Name, ast.Attribute))
            else None
        )
        if order is None:
            continue
        args = ctx.arguments(call, *order)
        monitor, path = args.get("monitor"), args.get("filepath") if "filepath" in order else None
        value = ctx.literal(monitor)
        if monitor is not None and isinstance(value, str) and _KEY.match(value):
            yield monitor, value
        if isinstance(path, ast.Name):
            home = scope.find(path.id)
            bindings = home.bindings[path.id] if home is not None else []
            path = bindings[0].value if len(bindings) == 1 else None
        yield from _in_path(path, ctx) if path is not None else ()


def _in_path(path: ast.expr, ctx: Context) -> Iterator[tuple[ast.expr, str]]:
    """The literals of a path that name the accuracy: a string with its value, an f-string with its source."""
    for node in walk(path):
        if isinstance(node, ast.JoinedStr) and _IN_FORMATTED_PATH.search(ctx.source(node)):
            yield node, ctx.source(node)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and not isinstance(ctx.parent(node), ast.JoinedStr)
            and _IN_PATH.search(node.value)
        ):
            yield node, node.value


def _looked_up(ctx: Context) -> Iterator[tuple[ast.expr, str]]:
    """The literals by which a history or the logs of a callback are asked for the accuracy."""
    for node, _ in ctx.module.index.strings:
        if not isinstance(node.value, str) or not _KEY.match(node.value):
            continue
        outer = ctx.parent(node)
        owner: ast.expr | None = None
        if isinstance(outer, ast.Subscript):
            owner = outer.value
        elif (
            isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr == "get"
        ):
            owner = outer.func.value if outer.args[:1] == [node] else None
        elif isinstance(outer, ast.Compare) and isinstance(outer.ops[0], (ast.In, ast.NotIn)):
            owner = outer.comparators[0]
        if owner is not None and (_is_history(owner, ctx) or _is_logs(owner, ctx)):
            yield node, node.value


def _is_history(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is the dictionary of a ``History``."""
    if ctx.isa(ctx.receiver(node), HISTORY):
        return True
    return isinstance(node, ast.Attribute) and node.attr == "history"


def _is_logs(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is the parameter ``logs`` of a method of a callback."""
    cls = ctx.class_of(node) if isinstance(node, ast.Name) and node.id == "logs" else None
    return cls is not None and "keras.callbacks.Callback" in ctx.bases(cls)
