"""Optimizers, schedules and mixed precision beyond their signatures (family ``OPZ``, from 101 on)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    RenameArgument,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules.api import EVERYWHERE, GUIDE, Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

OPZ101 = SourceRule(
    code="OPZ101",
    name="optimizer-lr",
    summary="lr is learning_rate.",
    severity=Severity.ERROR,
    targets=EVERYWHERE,
    why="Keras 2.11 to 2.15 silently ignored lr= in the new optimizers, as tf-keras does: Adam(lr=0.1) trained with "
    "0.001. Keras 3 raises. With the right name the written value takes effect, so a project that was tuned on those "
    "versions trains at a different speed after the rewrite.",
    references=("keras-team/tf-keras#331", GUIDE),
    proofs=(Proof(unsafe=True),),
)
OPZ103 = SourceRule(
    code="OPZ103",
    name="optimizer-decay",
    summary="decay= is now a schedule.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="decay divided the learning rate by 1 + decay * iterations; Keras 3 warns once and ignores it. With a "
    "schedule, callbacks can no longer set the learning rate (`its learning rate is not settable`): if a project "
    "sets it, decay is left for manual migration. The optimizers have no attributes decay and initial_decay either.",
    references=(GUIDE,),
    manual="divide the learning rate by 1 + decay * optimizer.iterations where you set it, or remove decay",
    proofs=(Proof(expect="raises", changes=True, unsafe=True),),
)
OPZ104 = SourceRule(
    code="OPZ104",
    behind_guards=True,
    name="legacy-optimizer",
    summary="keras.optimizers.legacy does not work: use the plain optimizer.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The names exist and raise ImportError when called. The new optimizers compute the same updates, but have "
    "no minimize, get_updates, get_slot and get_weights, and their saved state has a different layout.",
    references=(GUIDE,),
    proofs=(Proof(unsafe=True, tolerance=1e-5),),
)
OPZ108 = SourceRule(
    code="OPZ108",
    name="mixed-precision-experimental",
    summary="The experimental mixed-precision functions have their final names.",
    severity=Severity.ERROR,
    applies_to="<2.11",
    why="Removed in TensorFlow 2.11.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises"),),
)
OPZ113 = SourceRule(
    code="OPZ113",
    name="epsilon-none",
    summary="epsilon=None in an optimizer meant 1e-7, the default.",
    severity=Severity.ERROR,
    why="Keras 2 used `keras.backend.epsilon()` for None, which is 1e-7 unless it was changed; Keras 3 adds None to "
    "a tensor in the first training step.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises"),),
)
OPZ111 = SourceRule(
    code="OPZ111",
    name="two-ways-of-clipping",
    summary="An optimizer can clip gradients in only one way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 2 clipped by norm and then by value if both were given; Keras 3 raises `Only one of clipnorm, "
    "clipvalue and global_clipnorm can be set`.",
    references=(GUIDE,),
    manual="keep one of clipnorm, clipvalue and global_clipnorm, or clip in a train_step",
)


_CLASSES = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "RMSprop",
    "SGD",
)
_LEGACY = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
_CALLS = frozenset(
    {f"keras.optimizers.{name}" for name in _CLASSES}
    | {f"keras.optimizers.legacy.{name}" for name in _LEGACY}
    | {f"keras.optimizers.experimental.{name}" for name in _CLASSES}
)


@visit(OPZ101, OPZ103, calls=_CALLS)
def constructors(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``lr=`` and ``decay=``."""
    args = ctx.arguments(call, "learning_rate")
    symbol = ctx.name(call.func) or ""
    if ctx.target is Target.TF_KERAS_2 and ".legacy." in symbol:
        return  # there both have their meaning
    if "lr" in args.keywords and "learning_rate" not in args:
        edit = RenameArgument(call, "lr", "learning_rate")
        yield Match(OPZ101, call, edits=(edit,), symbol=symbol, argument="lr")
    decay = args.get("decay")
    if decay is None:
        return
    if ctx.literal(decay, ...) in (0, None):
        drop = (DropArgument(call, "decay"),)
        yield Match(OPZ103, call, edits=drop, symbol=symbol, argument="decay", fix=Fix.SAFE)
        return
    if _is_set(ctx):
        message = "a schedule replaces decay=, but the learning rate is set, which a schedule does not allow"
        yield Match(OPZ103, call, message, symbol=symbol, argument="decay", fix=Fix.MANUAL)
        return
    edits: list[Edit] = [DropArgument(call, "decay")]
    text = "keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)"
    rate = args.get("learning_rate")
    if "lr" in args.keywords:  # in the pass after that which gives it its new name
        rate = args.keywords["lr"].value
        edits.append(DropArgument(call, "lr"))
        edits.append(SetArgument(call, "learning_rate", Code(text, {"rate": rate, "decay": decay})))
    elif rate is None:
        by_default = text.replace("rate,", f"{_default_rate(symbol)},")
        edits.append(SetArgument(call, "learning_rate", Code(by_default, {"decay": decay})))
    elif "learning_rate" in args.keywords:
        edits.append(SetArgument(call, "learning_rate", Code(text, {"rate": rate, "decay": decay})))
    else:
        edits.append(ReplaceExpression(rate, Code(text, {"rate": rate, "decay": decay})))
    yield Match(OPZ103, call, edits=tuple(edits), symbol=symbol, argument="decay")


_SETS = (
    r"\b(?:ReduceLROnPlateau|LearningRateScheduler)\s*\(|\bopt\w*\.(?:lr|learning_rate)\s*=[^=]"
    r"|\bopt\w*\.(?:lr|learning_rate)\.assign\(|set_value\([^,\n]*\bopt\w*\.(?:lr|learning_rate)\b"
)
"""What sets the learning rate of an optimizer; ``self.learning_rate = 0.1`` of an agent is a number of its own."""


def _is_set(ctx: Context) -> bool:
    """Whether the learning rate of an optimizer is set in a file, or in the project where others use that file."""
    if re.search(_SETS, ctx.source_file.text) is not None:
        return True
    repository = ctx.module.repository
    if repository is None or not repository.wanted(ctx.path.stem):
        return False
    return repository.mentions(_SETS, "lr", "learning_rate", "ReduceLR", "LearningRate")


def _default_rate(symbol: str) -> str | None:
    for word in (load().legacy_signature(symbol) or "").split():
        name, _, value = word.partition("=")
        if name == "learning_rate":
            return value or None
    return None


@visit(OPZ111, calls=_CALLS)
def clipping(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``clipnorm=`` beside ``clipvalue=``."""
    given = [
        keyword.arg
        for keyword in call.keywords
        if keyword.arg in {"clipnorm", "clipvalue", "global_clipnorm"}
        and ctx.literal(keyword.value, ...) is not None
    ]
    if len(given) > 1:
        yield Match(OPZ111, call, symbol=ctx.name(call.func) or "", argument=str(given[-1]))


@visit(OPZ113, calls=_CALLS)
def epsilons(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``epsilon=None``."""
    given = ctx.arguments(call).keywords.get("epsilon")
    if given is not None and ctx.literal(given.value, ...) is None:
        edits = (DropArgument(call, "epsilon"),)
        yield Match(OPZ113, call, edits=edits, symbol=ctx.name(call.func) or "", argument="epsilon")


@visit(OPZ104, prefixes=("keras.optimizers.legacy.",))
def legacy(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.optimizers.legacy.Adam``."""
    if isinstance(node, ast.alias):
        if node.name == "Optimizer":  # what it stands for behind a guard is no one thing
            hint = "derive from keras.optimizers.Optimizer and write update_step"
            yield Match(OPZ104, node, hint=hint, symbol="keras.optimizers.legacy.Optimizer", fix=Fix.MANUAL)
        return
    name = ctx.name(node) or ""
    last = name.rpartition(".")[2]
    if last in _LEGACY:
        edit = ReplaceReference(node, f"keras.optimizers.{last}")
        yield Match(OPZ104, node, edits=(edit,), symbol=name)
    else:
        hint = "derive from keras.optimizers.Optimizer and write update_step" if last == "Optimizer" else ""
        yield Match(OPZ104, node, hint=hint or f"use keras.optimizers.{last}", symbol=name, fix=Fix.MANUAL)


_PRECISION = {
    "keras.mixed_precision.experimental.set_policy": "keras.mixed_precision.set_global_policy",
    "keras.mixed_precision.experimental.global_policy": "keras.mixed_precision.global_policy",
    "keras.mixed_precision.experimental.Policy": "keras.mixed_precision.Policy",
    "keras.mixed_precision.experimental.LossScaleOptimizer": "keras.mixed_precision.LossScaleOptimizer",
}


@visit(OPZ108, references=frozenset(_PRECISION))
def precision(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``mixed_precision.experimental``."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node) or ""
    call = ctx.callee(node)
    extra = call is not None and (len(call.args) > 1 or call.keywords)
    if extra:
        yield Match(
            OPZ108,
            node,
            hint=f"use {_PRECISION[name]}; it accepts no loss_scale",
            symbol=name,
            fix=Fix.MANUAL,
        )
    else:
        yield Match(OPZ108, node, edits=(ReplaceReference(node, _PRECISION[name]),), symbol=name)


@visit(OPZ108, calls={"keras.mixed_precision.Policy"})
def scaled_policies(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``experimental.Policy("mixed_float16", "dynamic")``: what compile does with a policy of that name anyway."""
    args = ctx.arguments(call, "name", "loss_scale")
    scale = args.get("loss_scale")
    if scale is None or args.opaque:
        return
    policy, known = ctx.literal(args.get("name")), ctx.literal(scale, ...)
    if (policy, known) == ("mixed_float16", "dynamic") or (known is None and policy != "mixed_float16"):
        edits = (DropArgument(call, "loss_scale" if "loss_scale" in args.keywords else 1),)
        yield Match(OPZ108, call, "a policy accepts no loss scale", edits=edits, argument="loss_scale")
    else:
        hint = "compile with keras.mixed_precision.LossScaleOptimizer(optimizer, initial_scale=…)"
        message = (
            "a policy accepts no loss scale: compile uses a dynamic one under mixed_float16, otherwise none"
        )
        yield Match(OPZ108, call, message, hint, argument="loss_scale", fix=Fix.MANUAL)
