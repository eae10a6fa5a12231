"""``compile``, ``fit`` and their relatives on models (family ``TRN``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    DropArgument,
    NameArguments,
    RenameAttribute,
    ReplaceExpression,
)
from codemods.rules._evidence import MODEL, called_on, overrides, same_call, text, trust, uses_estimators
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

TRN001 = SourceRule(
    code="TRN001",
    name="training-argument-order",
    summary="A positional argument of compile, evaluate or train_on_batch has a different position in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="compile took (optimizer, loss, metrics, loss_weights) and takes (optimizer, loss, loss_weights, metrics). "
    "A list of names raises at the first fit; a list of numbers silently becomes weights of the losses. The "
    "migration guide does not mention it. `return_dict` moved in evaluate, train_on_batch and test_on_batch.",
    references=(GUIDE, "keras-team/keras#18467"),
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3", changes=True)),
)
TRN002 = SourceRule(
    code="TRN002",
    name="fit-data-loading-arguments",
    summary="fit, evaluate and predict accept no workers, use_multiprocessing and max_queue_size.",
    severity=Severity.ERROR,
    why="They belong to keras.utils.PyDataset(workers=, use_multiprocessing=, max_queue_size=). They never affected "
    "results, only how fast data arrived.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
TRN004 = SourceRule(
    code="TRN004",
    name="predict-classes",
    summary="Sequential.predict_classes is gone.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    applies_to="<2.6",
    why="Removed in TensorFlow 2.6. For several outputs it was the argmax of predict; for a single sigmoid it was "
    "`(model.predict(x) > 0.5).astype('int32')`. The tool cannot tell which applies.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises", unsafe=True),),
)
TRN005 = SourceRule(
    code="TRN005",
    name="predict-proba",
    summary="Sequential.predict_proba was an alias of predict.",
    severity=Severity.ERROR,
    applies_to="<2.6",
    why="Removed in TensorFlow 2.6; it called predict and warned about values outside 0 and 1.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises"),),
)
TRN014 = SourceRule(
    code="TRN014",
    name="metrics-names",
    summary="metrics_names has one entry for all compiled metrics.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="['loss', 'mae'] in Keras 2 is ['loss', 'compile_metrics'] in Keras 3; zip() with the result of evaluate then "
    "gives wrong names, or loses values.",
    references=(GUIDE,),
    manual="take the names from model.evaluate(..., return_dict=True)",
)
TRN015 = SourceRule(
    code="TRN015",
    name="history-learning-rate",
    summary="The learning rate is logged as learning_rate, not as lr.",
    severity=Severity.ERROR,
    why="ReduceLROnPlateau and LearningRateScheduler write the key `learning_rate` to the logs.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


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


@visit(TRN001, methods=frozenset(_ORDER), of={MODEL})
def positions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Positional arguments behind the place where the order changed."""
    model = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    order, kept = _ORDER[call.func.attr]
    given = len(call.args)
    if given <= kept or given > len(order) or ctx.arguments(call).star:
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


@visit(TRN002, methods={"fit", "evaluate", "predict"}, of={MODEL})
def loading(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``workers`` and friends, which belong to the data set now."""
    model = called_on(call)
    given = [keyword.arg for keyword in call.keywords if keyword.arg in _LOADING]
    if not given or overrides(ctx, call):
        return
    yield Match(
        TRN002,
        call,
        message=f"{', '.join(str(name) for name in given)} cannot be given here",
        edits=tuple(DropArgument(call, str(name)) for name in given),
        argument=str(given[0]),
        fix=trust(ctx, model, MODEL, unknown=Fix.UNSAFE),
    )


@visit(TRN004, TRN005, methods={"predict_classes", "predict_proba"}, of={MODEL})
def predictions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``predict_classes`` and ``predict_proba`` of Sequential."""
    model = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    if (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
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


@visit(TRN014, attributes={"metrics_names"}, of={MODEL})
def metrics_names(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``metrics_names`` of a model."""
    if trust(ctx, node.value, MODEL) is not None:
        yield Match(TRN014, node, hint=TRN014.manual)


@visit(TRN015, attributes={"history"}, of={"keras.callbacks.History"})
def history_keys(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``history.history["lr"]``."""
    parent = ctx.parent(node)
    if not isinstance(parent, ast.Subscript) or ctx.literal(parent.slice) != "lr":
        return
    fix = trust(ctx, node.value, "keras.callbacks.History", unknown=Fix.UNSAFE)
    yield Match(TRN015, parent, edits=(text(ctx, parent.slice, "learning_rate"),), fix=fix)
