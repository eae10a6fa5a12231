"""OPZ, DAT: positional arguments whose meaning depends on the release that the code was written for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from codemods.catalogue import load, positional
from codemods.edits import NameArguments
from codemods.rules._era import releases, within
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_ASKED = (
    "name the arguments after the release that the code was written for, or pin that release and run again"
)

OPTIMIZER_ORDER = SourceRule(
    code="OPZ112",
    name="optimizer-argument-order-of-release",
    summary="A positional argument of an optimizer had a different meaning in the release that the code was written "
    "for.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="Until Keras 2.2 the third argument of SGD was `decay` and the fourth `nesterov`; 2.3 removed decay from "
    "the order, and from TensorFlow 2.11 on the fourth is `weight_decay`: `SGD(0.1, 0.9, 1e-6, True)` runs in Keras "
    "3 with nesterov=1e-6 and a weight decay of 1. RMSprop, Adagrad, Adadelta, Adam, Adamax and Nadam changed as "
    "well. The release is inferred from the project's pins, from features that only some releases had, and from the "
    "type of each value; if several remaining releases disagree, the most likely one is applied only with --unsafe.",
    references=(
        "https://github.com/keras-team/keras/blob/2.2.4/keras/optimizers.py",
        "https://github.com/keras-team/keras/blob/2.3.1/keras/optimizers.py",
    ),
    manual=_ASKED,
    proofs=(Proof(changes=True), Proof("proof_2", changes=True)),
)
IMAGE_ORDER = SourceRule(
    code="DAT104",
    name="load-img-argument-order",
    summary="The second positional argument of load_img was grayscale, and the third is target_size or color_mode.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(path, grayscale, target_size) until Keras 2.2.2, (path, grayscale, color_mode, target_size) until 2.15, "
    "(path, color_mode, target_size) in Keras 3.",
    references=("https://github.com/keras-team/keras/blob/2.2.0/keras/preprocessing/image.py",),
    manual=_ASKED,
    proofs=(Proof(),),
)


@dataclass(frozen=True, slots=True)
class _Order:
    """The positional parameters of one function in some releases.

    Attributes:
        keras, tensorflow: the releases of each package.
        parameters: in order, with the names of today where only a name changed.
    """

    keras: str
    tensorflow: str
    parameters: tuple[str, ...]


_OLD, _V23, _V2, _V211 = (
    ("<2.3", "<1.14"),
    (">=2.3,<2.4", "<0"),
    (">=2.4,<2.11", ">=1.14,<2.11"),
    (">=2.11", ">=2.11"),
)
_MOMENTS = "learning_rate beta_1 beta_2"
_OPTIMIZERS = {
    "SGD": (
        (_OLD, "learning_rate momentum decay nesterov"),
        (_V23, "learning_rate momentum nesterov"),
        (_V2, "learning_rate momentum nesterov name"),
        (_V211, "learning_rate momentum nesterov weight_decay"),
    ),
    "RMSprop": (
        (_OLD, "learning_rate rho epsilon decay"),
        (_V23, "learning_rate rho"),
        (_V2, "learning_rate rho momentum epsilon centered name"),
        (_V211, "learning_rate rho momentum epsilon centered weight_decay"),
    ),
    "Adagrad": (
        (_OLD, "learning_rate epsilon decay"),
        (_V23, "learning_rate"),
        (_V2, "learning_rate initial_accumulator_value epsilon name"),
        (_V211, "learning_rate initial_accumulator_value epsilon weight_decay"),
    ),
    "Adadelta": (
        (_OLD, "learning_rate rho epsilon decay"),
        (_V23, "learning_rate rho"),
        (_V2, "learning_rate rho epsilon name"),
        (_V211, "learning_rate rho epsilon weight_decay"),
    ),
    "Adam": (
        (_OLD, f"{_MOMENTS} epsilon decay amsgrad"),
        (_V23, f"{_MOMENTS} amsgrad"),
        (_V2, f"{_MOMENTS} epsilon amsgrad name"),
        (_V211, f"{_MOMENTS} epsilon amsgrad weight_decay"),
    ),
    "Adamax": (
        (_OLD, f"{_MOMENTS} epsilon decay"),
        (_V23, _MOMENTS),
        (_V2, f"{_MOMENTS} epsilon name"),
        (_V211, f"{_MOMENTS} epsilon weight_decay"),
    ),
    "Nadam": (
        (_OLD, f"{_MOMENTS} epsilon schedule_decay"),
        (_V23, _MOMENTS),
        (_V2, f"{_MOMENTS} epsilon name"),
        (_V211, f"{_MOMENTS} epsilon weight_decay"),
    ),
}
"""By class, the orders of the releases: keras 1.2.2, 2.2.4, 2.3.1 and TensorFlow 1.13, 1.15, 2.0, 2.10, 2.15."""
_IMAGES = (
    (("<2.2.3", "<1.12"), "path grayscale target_size interpolation"),
    ((">=2.2.3", ">=1.12"), "path grayscale color_mode target_size interpolation keep_aspect_ratio"),
)
_ORDERS = {
    **{f"keras.optimizers.{name}": orders for name, orders in _OPTIMIZERS.items()},
    "keras.preprocessing.image.load_img": _IMAGES,
    "keras.utils.load_img": _IMAGES,
}
_FLAGS = frozenset({"amsgrad", "centered", "grayscale", "keep_aspect_ratio", "nesterov"})
_WORDS = frozenset({"color_mode", "interpolation", "name"})
_OTHERS = frozenset({"path", "target_size", "learning_rate"})


@cache
def _orders(symbol: str) -> tuple[_Order, ...]:
    return tuple(
        _Order(keras, tensorflow, tuple(parameters.split()))
        for (keras, tensorflow), parameters in _ORDERS.get(symbol, ())
    )


@visit(OPTIMIZER_ORDER, IMAGE_ORDER, calls=frozenset(_ORDERS))
def era_positions(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``SGD(0.1, 0.9, 1e-6, True)`` and ``load_img(path, False, (3, 3))``."""
    symbol = ctx.name(call.func) or ""
    given = len(call.args)
    if ctx.arguments(call).star:
        return
    orders = known_orders(call, ctx, symbol)
    pinned = [order for order in orders if _served(order, call, ctx)] or orders
    if not pinned:
        return
    meanings = list(dict.fromkeys(order.parameters[:given] for order in pinned))
    newest = ctx.origin(call.func) != "keras"
    likely = max(meanings[::-1] if newest else meanings, key=lambda names: _named(names, call))
    now = positional(load().signature(symbol, ctx.target, ctx.version.release[:2]) or "")
    unsure = len(meanings) > 1
    start = min(_first_other(likely, now[:given]), *(_first_other(likely, o.parameters) for o in orders))
    if start == given:
        return
    rule = IMAGE_ORDER if symbol.endswith("load_img") else OPTIMIZER_ORDER
    old = likely[start]
    text = f"argument {start + 1} of {symbol.rpartition('.')[2]} is {old!r}"
    text += ", or not: releases differ" if unsure else " in the release that this was written for"
    edits = (NameArguments(call, ("",) * start + likely[start:]),)
    fix = Fix.UNSAFE if unsure else Fix.SAFE
    yield Match(rule, call, text, _ASKED if unsure else "", edits, symbol, old, fix)


def _first_other(names: tuple[str, ...], others: tuple[str, ...]) -> int:
    """The first position that two orders give different meanings; the end when there is none."""
    pairs = zip(names, others, strict=False)
    return next((i for i, (name, other) in enumerate(pairs) if name != other), min(len(names), len(others)))


def known_orders(call: ast.Call, ctx: Context, symbol: str) -> list[_Order]:
    """The orders of all releases that the positional arguments of a call fit, oldest first."""
    return [order for order in _orders(symbol) if _fits(order, call, ctx)]


def _fits(order: _Order, call: ast.Call, ctx: Context) -> bool:
    """Whether the values of a call can be the parameters of an order."""
    given = {keyword.arg for keyword in call.keywords}
    if len(call.args) > len(order.parameters) or given & set(order.parameters[: len(call.args)]):
        return False
    pairs = zip(order.parameters, call.args, strict=False)
    return all(_may_be(name, ctx.literal(value, ...)) for name, value in pairs)


def _may_be(name: str, value: object) -> bool:
    """Whether a parameter may be given a value; an ellipsis stands for a value that is not known."""
    if value is ... or name in _OTHERS:
        return not (name == "target_size" and isinstance(value, (str, bool)))
    if name in _WORDS:
        return isinstance(value, str)
    if name in _FLAGS:
        return isinstance(value, int) and value in (0, 1)
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _served(order: _Order, call: ast.Call, ctx: Context) -> bool:
    """Whether the file may have been written for a release that had an order."""
    package = "tensorflow" if ctx.origin(call.func) != "keras" else "keras"
    having = within(package, order.tensorflow if package == "tensorflow" else order.keras)
    return not set(having).isdisjoint(releases(ctx, package))


def _named(names: tuple[str, ...], call: ast.Call) -> int:
    """How many values of a call are variables that are called like their parameters."""
    pairs = zip(names, call.args, strict=True)
    return sum(isinstance(value, ast.Name) and value.id in {name, f"use_{name}"} for name, value in pairs)
