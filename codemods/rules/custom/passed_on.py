"""Methods of models and layers that are handed on or overridden, not called (``LAY``, ``CUS``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Edit, RenameAttribute, ReplaceReference
from codemods.rules._evidence import LAYER, MODEL, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


HANDED_ON = SourceRule(
    code="LAY121",
    name="generator-method-handed-on",
    summary="fit_generator, evaluate_generator and predict_generator were removed, also as values.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="`fit`, `evaluate` and `predict` accept generators since TensorFlow 2.1. Arguments removed with the old "
    "methods (`max_queue_size`, `workers`, `use_multiprocessing`) are found only if the method is called by name.",
    references=(GUIDE,),
    proofs=(Proof(unsafe=True),),
)
UNCALLED = SourceRule(
    code="CUS039",
    name="override-that-nobody-calls",
    summary="The class overrides a private Keras 2 method that Keras 3 does not have and never calls.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="In Keras 3 the method is an ordinary method of the class: its effect on each weight, mask or gradient is "
    "silently lost.",
    references=(GUIDE,),
    manual="move it to a public method: add_weight, build, call or train_step",
)
_METHODS = {
    "evaluate_generator": "evaluate",
    "fit_generator": "fit",
    "predict_generator": "predict",
}
_CLASSES = ("keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential")
_PRIVATE = frozenset(
    (
        *(
            "_add_inbound_node",
            "_add_variable_with_custom_getter",
            "_eager_add_metric",
            "_get_existing_metric",
        ),
        *(
            "_get_trainable_state",
            "_handle_weight_regularization",
            "_make_train_function",
            "_maybe_cast_inputs",
        ),
        *("_standardize_user_data", "_symbolic_add_metric", "_symbolic_call"),
    )
)
"""Methods that Keras 2 called on layers and models, and of which the source of Keras 3.15 has no mention."""


@visit(HANDED_ON, attributes=frozenset(_METHODS), of={MODEL})
def handed_on(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``train(model.fit_generator)``."""
    fix = trust(ctx, node.value, MODEL)
    if fix is not None and isinstance(node.ctx, ast.Load) and ctx.callee(node) is None:
        yield _match(node, ctx, (RenameAttribute(node, _METHODS[node.attr]),))


@visit(HANDED_ON, references=frozenset(f"{cls}.{name}" for cls in _CLASSES for name in _METHODS))
def of_classes(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.Model.fit_generator``."""
    if isinstance(node, ast.Attribute):
        name = ctx.name(node.value) or ""
        yield _match(node, ctx, (ReplaceReference(node, f"{name}.{_METHODS[node.attr]}"),))


def _match(node: ast.Attribute, ctx: Context, edits: tuple[Edit, ...]) -> Match:
    message = f"models have no {node.attr}: {_METHODS[node.attr]} accepts generators"
    return Match(HANDED_ON, node, message, edits=edits, symbol=ctx.name(node) or f"{MODEL}.{node.attr}")


@visit(UNCALLED, bases={LAYER, MODEL})
def overrides(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def _add_variable_with_custom_getter(self, …)``."""
    del ctx
    for method in cls.body:
        if isinstance(method, ast.FunctionDef) and method.name in _PRIVATE:
            message = f"Keras 3 never calls {method.name}"
            yield Match(UNCALLED, method, message, symbol=f"{LAYER}.{method.name}")
