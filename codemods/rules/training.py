"""``compile``, ``fit`` and their relatives on models (family ``TRN``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    NameArguments,
    RenameAttribute,
    ReplaceExpression,
    SetArgument,
)
from codemods.rules._evidence import MODEL, overrides, owner, same_call, text, trust, uses_estimators
from codemods.rules._training_rules import (
    TRN001,
    TRN002,
    TRN004,
    TRN005,
    TRN011,
    TRN012,
    TRN014,
    TRN015,
    TRN020,
)
from codemods.rules.api import Match, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

_FIT = (
    *(
        "x",
        "y",
        "batch_size",
        "epochs",
        "verbose",
        "callbacks",
        "validation_split",
        "validation_data",
        "shuffle",
    ),
    *("class_weight", "sample_weight", "initial_epoch", "steps_per_epoch", "validation_steps"),
    *("validation_batch_size", "validation_freq", "max_queue_size", "workers", "use_multiprocessing"),
)
_EVALUATE = (
    *("x", "y", "batch_size", "verbose", "sample_weight", "steps", "callbacks", "max_queue_size", "workers"),
    *("use_multiprocessing", "return_dict"),
)
_PREDICT = (
    *("x", "batch_size", "verbose", "steps", "callbacks", "max_queue_size", "workers", "use_multiprocessing"),
)
_ORDER: dict[str, tuple[tuple[str, ...], int]] = {
    "compile": (
        (
            *("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "run_eagerly"),
            *("steps_per_execution", "jit_compile"),
        ),
        2,
    ),
    "fit": (_FIT, 16),
    "evaluate": (_EVALUATE, 7),
    "predict": (_PREDICT, 5),
    "train_on_batch": (("x", "y", "sample_weight", "class_weight", "reset_metrics", "return_dict"), 4),
    "test_on_batch": (("x", "y", "sample_weight", "reset_metrics", "return_dict"), 3),
}
"""Parameters of Keras 2 by position, and how many of them stand at the same place in Keras 3."""

_LOADING = ("max_queue_size", "workers", "use_multiprocessing", "max_q_size", "nb_worker", "pickle_safe")


@visit(TRN001, methods=frozenset(_ORDER))
def positions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Positional arguments behind the place where the order changed."""
    model = owner(call)
    assert isinstance(call.func, ast.Attribute)
    order, kept = _ORDER[call.func.attr]
    given = len(call.args)
    if model is None or given <= kept or given > len(order) or ctx.arguments(call).star:
        return
    if overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE if call.func.attr == "compile" else None)
    if fix is None or set(order[kept:given]) & {keyword.arg for keyword in call.keywords}:
        return
    names = ("",) * kept + order[kept:given]
    yield Match(
        TRN001,
        call,
        message=f"argument {kept + 1} of {call.func.attr} is {order[kept]!r} in Keras 2",
        edits=(NameArguments(call, names),),
        symbol=f"keras.Model.{call.func.attr}",
        argument=order[kept],
        fix=fix,
    )


@visit(TRN002, methods={"fit", "evaluate", "predict"})
def loading(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``workers`` and friends, which belong to the data set now."""
    model = owner(call)
    given = [keyword.arg for keyword in call.keywords if keyword.arg in _LOADING]
    if model is None or not given or overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
    if fix is not None:
        yield Match(
            TRN002,
            call,
            message=f"{', '.join(str(name) for name in given)} cannot be given here",
            edits=tuple(DropArgument(call, str(name)) for name in given),
            argument=str(given[0]),
            fix=fix,
        )


@visit(TRN004, TRN005, methods={"predict_classes", "predict_proba"})
def predictions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``predict_classes`` and ``predict_proba`` of Sequential."""
    model = owner(call)
    assert isinstance(call.func, ast.Attribute)
    if model is None or (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
        return
    if any(keyword.arg == "X" for keyword in call.keywords) or overrides(ctx, call):
        return  # scikit-learn's name for the argument, or a method of the project
    if ctx.receiver(model) is None and uses_estimators(ctx):
        return
    if call.func.attr == "predict_proba":
        yield Match(TRN005, call, edits=(RenameAttribute(call.func, "predict"),), fix=fix)
    else:
        code = same_call(call, "predict", ".argmax(axis=-1)")
        yield Match(TRN004, call, edits=(ReplaceExpression(call, code),), fix=Fix.UNSAFE)


_COMPILE_GONE = {
    "experimental_run_tf_function": "nothing is lost",
    "pss_evaluation_shards": "no parameter servers",
    "sample_weight_mode": "give sample_weight in the shape of the loss: (batch, time) for temporal weights",
    "target_tensors": "give targets to fit()",
    "options": "no session options",
    "run_metadata": "no session options",
    "distribute": "build the model in the scope of a tf.distribute strategy",
}


@visit(TRN011, TRN012, methods={"compile"})
def compile_arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Arguments of ``compile`` that are gone or have another form."""
    model = owner(call)
    args = ctx.arguments(call)
    keys = args.keywords.keys()
    looks = {"optimizer", "loss", "metrics"} & keys or args.positional
    if model is None or not looks or not keys or overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE if "loss" in keys else None)
    if fix is None:
        return
    for name, hint in _COMPILE_GONE.items():
        if name not in keys:
            continue
        neutral = ctx.literal(args.get(name), ...) is None or ctx.literal(args.get(name), ...) == 0
        if neutral or name == "experimental_run_tf_function":
            edits = (DropArgument(call, name),)
            yield Match(
                TRN011, call, message=f"compile({name}=) is gone", edits=edits, argument=name, fix=fix
            )
        else:
            text = f"compile({name}=) is gone"
            yield Match(TRN011, call, message=text, hint=hint, argument=name, fix=Fix.MANUAL)
    yield from _weights(call, ctx, fix)


def _weights(call: ast.Call, ctx: Context, fix: Fix) -> Iterator[Match]:
    args = ctx.arguments(call, "optimizer", "loss")
    weights, loss = args.get("loss_weights"), args.get("loss")
    if (
        isinstance(weights, ast.List | ast.Tuple)
        and len(weights.elts) == 1
        and "loss_weights" in args.keywords
        and isinstance(ctx.literal(loss), str)
    ):
        code = Code("weight", {"weight": weights.elts[0]})
        edit = SetArgument(call, "loss_weights", code)
        yield Match(TRN012, call, edits=(edit,), argument="loss_weights", fix=fix)


@visit(TRN014, attributes={"metrics_names"})
def metrics_names(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``metrics_names`` of a model."""
    if trust(ctx, node.value, MODEL) is not None:
        yield Match(TRN014, node, hint=TRN014.manual)


@visit(TRN015, attributes={"history"})
def history_keys(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``history.history["lr"]``."""
    parent = ctx.parent(node)
    if not isinstance(parent, ast.Subscript) or ctx.literal(parent.slice) != "lr":
        return
    fix = trust(ctx, node.value, "keras.callbacks.History", unknown=Fix.UNSAFE)
    if fix is not None:
        yield Match(TRN015, parent, edits=(text(ctx, parent.slice, "learning_rate"),), fix=fix)


@visit(TRN020, calls={"keras.metrics.get"})
def metric_alias(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``keras.metrics.get("acc")``."""
    if len(call.args) == 1 and ctx.literal(call.args[0]) == "acc":
        yield Match(TRN020, call, edits=(text(ctx, call.args[0], "accuracy"),))
