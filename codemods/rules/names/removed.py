"""Names that are gone, were never public, live under ``tf.keras`` only, or belong to other packages (``API``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.names.values import ancestry
from codemods.rules.api import GUIDE, Match, SourceRule, Target, visit
from codemods.rules.names.has_arg import HAS_ARG_NAMES
from codemods.rules.names.imports import kept_severity
from codemods.rules.names.stand_ins import is_evaluated_at_import, is_spare_alias
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_LIST = "keras-team/keras#18467"

API001 = SourceRule(
    code="API001",
    name="name-removed",
    summary="Keras 3 does not have this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="210 of the 990 public names of Keras 2 were removed without a successor of the same name, and more from "
    "earlier versions.",
    references=(_LIST, "tensorflow/tensorflow#63792", GUIDE),
    manual="see the hint",
)
API002 = SourceRule(
    code="API002",
    name="name-internal",
    summary="The name was internal to Keras 2.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Modules such as keras.engine, keras.utils.conv_utils and tensorflow.python.keras were never part of the "
    "API and do not exist in Keras 3.",
    references=(GUIDE,),
    manual="copy the required part of the function into the project; there is no public counterpart",
)
API003 = SourceRule(
    code="API003",
    name="name-only-in-tf-keras",
    summary="The name exists only under tf.keras.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="173 names of Keras 2 are kept in tf.keras by TensorFlow 2.16 and later for compatibility and are missing "
    "from keras. The first step of the migration guide, from tf.keras to keras, breaks their users; IMP003 "
    "redirects the imports to tf.keras. There they run with the TensorFlow backend, so that a use is a note; with "
    "`--backend any`, `jax` or `torch` they remain to be replaced.",
    references=(_LIST, GUIDE),
    manual="replace it as the hint says, or choose --backend tensorflow",
    targets=frozenset({Target.KERAS}),
)
API005 = SourceRule(
    code="API005",
    name="estimator",
    summary="TensorFlow no longer has Keras estimators and feature columns.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="tf.estimator was removed in TensorFlow 2.16.",
    references=(GUIDE,),
    manual="train the model with fit, or keep TensorFlow 2.15",
)

_STATUSES = {"removed": API001, "internal": API002, "tf-only": API003}


def _names() -> frozenset[str]:
    catalogue = load()
    found = {f"keras.{symbol.name}" for symbol in catalogue.symbols.values() if symbol.status in _STATUSES}
    found |= {f"keras.{path}" for path, (status, _, _) in catalogue.paths.items() if status in _STATUSES}
    # Modules are reported through the names below them.
    modules = {f"keras.{s.name}" for s in catalogue.symbols.values() if s.kind == "module"}
    found -= modules | catalogue.functions.keys()
    return frozenset(
        name for name in found if (known := catalogue.symbol(name)) and known.status in _STATUSES
    )


@visit(API001, API002, API003, API005, references=_names())
def lost(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """A mention of a name that Keras 3 has not."""
    name = ctx.name(node) if isinstance(node, ast.expr) else None
    symbol = load().symbol(name) if name is not None else None
    if name is None or symbol is None:
        return
    if symbol.status == "tf-only" and ctx.target is not Target.KERAS:
        return
    if load().exists(name, ctx.target):
        return
    place = ctx.parent(node)
    if isinstance(place, ast.ClassDef) and symbol.status in {"removed", "internal"}:
        return  # API006 speaks of classes that derive from it
    if isinstance(place, ast.Attribute) and load().symbol(ctx.name(place) or "") is not None:
        return  # the longer name is found itself
    assert isinstance(node, ast.expr)
    if name in HAS_ARG_NAMES and ctx.callee(node) is not None:
        return  # API008 speaks of calls
    if symbol.status != "tf-only" and is_spare_alias(node, ctx):
        return  # API007 speaks of it
    if symbol.status in {"removed", "internal"} and ancestry(name) and is_evaluated_at_import(node, ctx):
        return  # API006 speaks of classes that stop an import
    rule = API005 if name.startswith("keras.estimator") else _STATUSES[symbol.status]
    short = name.removeprefix("keras.")
    yield Match(
        rule,
        node,
        message=f"{short} exists only in tf.keras" if rule is API003 else f"keras has no {short}",
        hint=symbol.note,
        symbol=name,
        severity=kept_severity(ctx) if rule is API003 and ctx.origin(node) == "tf.keras" else None,
    )
