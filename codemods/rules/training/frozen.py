"""TRN: what is frozen or thawed after a model was compiled."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.edits import Edit, InsertStatement
from codemods.names.trees import walk
from codemods.rules._evidence import MODEL, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.training._trainable import Setting, flat, settings_of
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

FROZEN = SourceRule(
    code="TRN050",
    name="frozen-after-compile",
    summary="A model whose parts are frozen or thawed after compile no longer trains what it was compiled with.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="Keras 2 trained what was trainable when compile was called: a GAN compiles its discriminator, freezes it and "
    "compiles the combined model, and each keeps its own state. Keras 3 reads `trainable` when it trains. The "
    "discriminator keeps its first weights while its loss is logged, and only a warning appears: `The model does not "
    "have any trainable weights`. The rewrite restores the state of compile around the model's own training.",
    references=(GUIDE, "https://keras.io/guides/transfer_learning/"),
    manual="set trainable as it was at compile before the model's own training, and back after it",
    proofs=(
        Proof(unsafe=True, changes=True, tolerance=1e-4),
        Proof("proof_2", unsafe=True, changes=True, tolerance=1e-4),
        Proof("proof_3", unsafe=True, changes=True, tolerance=1e-4),
    ),
)
_TRAINING = frozenset({"fit", "fit_generator", "train_on_batch"})


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What is trainable at a model's compile and not in the end, or the other way: by the text of what is set."""

    compiled: ast.Call
    statement: ast.stmt
    settings: Mapping[str, Setting]
    before: Mapping[str, bool]


@visit(FROZEN, module=True)
def changed_after_compile(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``d.compile(…); d.trainable = False; gan.compile(…)``, and then ``d.train_on_batch(…)``."""
    if "compile" not in ctx.module.index.attributes:
        return
    for function in (None, *(function for function, _ in ctx.module.index.functions)):
        body = tree.body if function is None else function.body
        settings = [(s, found) for s in flat(body) for found in settings_of(s, ctx)]
        if not settings:
            continue
        yield from _compiled_elsewhere(body, function, settings, ctx)
        for change in _changes(body, settings, ctx):
            match = _match(change, function, ctx)
            if match is not None:
                yield match


def _changes(
    body: Sequence[ast.stmt], settings: Sequence[tuple[ast.stmt, Setting]], ctx: Context
) -> Iterator[_Change]:
    """The models of a function that are compiled in another state than the last."""
    last: dict[str, Setting] = {}
    compiled: dict[str, tuple[ast.Call, dict[str, bool]]] = {}
    changed: dict[str, ast.stmt] = {}
    for statement in flat(body):
        here = [setting for place, setting in settings if place is statement]
        call = _compile_in(statement, ctx)
        for setting in here:
            last[ctx.source(setting.held)] = setting
            for model in compiled:
                changed.setdefault(model, statement)
        if call is not None:
            name = ctx.source(called_on(call))
            compiled[name] = call, {held: given.value for held, given in last.items()}
            changed.pop(name, None)
    parts = _parts(body, ctx)
    for name, (call, state) in compiled.items():
        inside = {held for held in last if held == name or held in parts.get(name, ())}
        before = {held: state.get(held, True) for held in inside}
        differing = {held: value for held, value in before.items() if value != last[held].value}
        if differing:
            yield _Change(call, changed[name], {held: last[held] for held in differing}, differing)


def _compile_in(statement: ast.stmt, ctx: Context) -> ast.Call | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
        return call if trust(ctx, call.func.value, MODEL, unknown=Fix.UNSAFE) is not None else None
    return None


def _parts(body: Sequence[ast.stmt], ctx: Context) -> dict[str, set[str]]:
    """By the text of a name or attribute: all names and attributes that it was made of."""
    made: dict[str, set[str]] = {}
    for statement in flat(body):
        value: ast.expr | None = None
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            value, targets = statement.value, statement.targets
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            method = statement.value.func
            if isinstance(method, ast.Attribute) and method.attr == "add":
                value, targets = statement.value, [method.value]
        mentioned = (
            {ctx.source(node) for node in walk(value) if isinstance(node, ast.Name | ast.Attribute)}
            if value is not None
            else set()
        )
        direct = mentioned | {part for name in mentioned for part in made.get(name, ())}
        for target in targets:
            for name in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                made[ctx.source(name)] = made.get(ctx.source(name), set()) | direct
    return made


def _match(
    change: _Change, function: ast.FunctionDef | ast.AsyncFunctionDef | None, ctx: Context
) -> Match | None:
    model = called_on(change.compiled)
    open_ = [
        call
        for call in _training(model, change.statement, ctx)
        if not _is_before(call, change.statement, function, ctx)
        and any(_set_before(call, held, ctx) is not value for held, value in change.before.items())
    ]
    if not open_:
        return None
    names = ", ".join(sorted(change.settings))
    text = f"{names} changes after {ctx.source(model)} was compiled: Keras 3 trains it as {names} is when it trains"
    return _rewritten(change.statement, text, open_, change.settings, change.before, ctx)


def _compiled_elsewhere(
    body: Sequence[ast.stmt],
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    settings: Sequence[tuple[ast.stmt, Setting]],
    ctx: Context,
) -> Iterator[Match]:
    """``def define_gan(g, d): d.trainable = False; …; gan.compile(…)``, where others train ``d`` under this name.

    The same for a model that a function made (``d = build()``) or that an object has.
    """
    given = (
        {a.arg for a in (*function.args.posonlyargs, *function.args.args)} if function is not None else set()
    )
    calls = [call for statement in flat(body) if (call := _compile_in(statement, ctx)) is not None]
    compiled = {ctx.source(called_on(call)) for call in calls}
    for statement, setting in settings:
        held = ctx.source(setting.held)
        known = function is None or held in given or held.startswith("self.")
        after = any(call.lineno > statement.lineno for call in calls)
        if setting.value or not known or not after or held in compiled:
            continue
        open_ = [
            call
            for call in _training(setting.held, statement, ctx)
            if not _set_before(call, held, ctx) and not _is_before(call, statement, function, ctx)
        ]
        if open_:
            text = f"{held} is frozen after it was compiled: Keras 3 would not train it any more"
            yield _rewritten(statement, text, open_, {held: setting}, {held: True}, ctx)


def _training(model: ast.expr, place: ast.AST, ctx: Context) -> list[ast.Call]:
    """Calls that train a model, by the name that it has in the file or in its class."""
    name, cls = ctx.source(model), ctx.class_of(place)
    return [
        call
        for call, _ in ctx.module.index.calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _TRAINING
        and ctx.source(call.func.value) == name
        and (not name.startswith("self.") or ctx.class_of(call) is cls)
        and trust(ctx, call.func.value, MODEL, unknown=Fix.UNSAFE) is not None
    ]


def _is_before(
    call: ast.Call, statement: ast.stmt, function: ast.FunctionDef | ast.AsyncFunctionDef | None, ctx: Context
) -> bool:
    """Whether a model is trained above the change, or in another function that compiles it anew."""
    if ctx.function(call) is function:
        return call.lineno < statement.lineno
    name, around = ctx.source(called_on(call)), ctx.function(call)
    return around is not None and any(
        isinstance(again, ast.Attribute) and again.attr == "compile" and ctx.source(again.value) == name
        for again in walk(around)
    )


def _set_before(call: ast.Call, held: str, ctx: Context) -> bool | None:
    """What ``trainable`` was set to last on the way to a call; None where nothing in the call's function says."""
    function = ctx.function(call)
    for current in ctx.parents(call):
        if current is function:
            break
        if not isinstance(current, ast.stmt):
            continue  # an except clause, or a case of match
        block = ctx.block(current)
        for earlier in reversed(list(flat(block[: block.index(current)]))):
            for setting in settings_of(earlier, ctx):
                if ctx.source(setting.held) == held:
                    return setting.value
    return None


def _rewritten(
    node: ast.stmt,
    text: str,
    calls: Sequence[ast.Call],
    settings: Mapping[str, Setting],
    before: Mapping[str, bool],
    ctx: Context,
) -> Match:
    """A match whose edits restore the state of compile around each run of training, where they have a place."""
    edits: list[Edit] = []
    statements = {ctx.statement(call) for call in calls}
    for statement in sorted((s for s in statements if s is not None), key=lambda s: s.lineno):
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
            return Match(FROZEN, node, text, fix=Fix.MANUAL)
        block = ctx.block(statement)
        place = block.index(statement)
        if place == 0 or block[place - 1] not in statements:
            edits += [
                InsertStatement(statement, settings[held].again(before[held])) for held in sorted(before)
            ]
        if place + 1 == len(block) or block[place + 1] not in statements:
            edits += [
                InsertStatement(statement, settings[held].again(settings[held].value), after=True)
                for held in sorted(before)
            ]
    return Match(FROZEN, node, text, edits=tuple(edits), symbol="keras.Model.trainable")
