"""OPZ, LAY: defaults that were others in the releases that the code was written for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from codemods.edits import Code, Edit, ReplaceExpression, SetArgument
from codemods.rules._era import imported_paths, releases
from codemods.rules._evidence import MODEL, called_on, given_once, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

OPTIMIZER_DEFAULT = SourceRule(
    code="OPZ114",
    name="optimizer-default-of-release",
    summary="The default learning rate of the optimizer was different in the release that the code was written for.",
    severity=Severity.SILENT,
    why="In stand-alone Keras up to 2.3 and in TensorFlow up to 1.13 the learning rate of Adadelta was 1.0, of Adagrad "
    "0.01, of Adamax and Nadam 0.002, and Adagrad started to count at 0. Later releases and Keras 3 use 0.001 for all "
    "of them, and 0.1 to start with: `keras.optimizers.Adadelta()` of the old MNIST examples trains a thousand times "
    "slower. The release is inferred from the project's pins and from features that only some releases had. `import "
    "keras` alone says nothing of it: without either, nothing is found.",
    references=(
        "https://github.com/keras-team/keras/blob/2.3.1/keras/optimizers.py",
        "https://www.tensorflow.org/api_docs/python/tf/keras/optimizers/Adadelta",
    ),
    proofs=(Proof(expect="raises"),),
)
RECURRENT_DEFAULT = SourceRule(
    code="LAY127",
    name="recurrent-default-of-release",
    summary="LSTM and GRU had different defaults in the release that the code was written for.",
    severity=Severity.SILENT,
    why="Until Keras 2.2 and in TensorFlow 1 the recurrent activation was `hard_sigmoid`; until Keras 2.3 and in "
    "TensorFlow 1 GRU applied its reset gate before the matrix product (`reset_after=False`). The layers of "
    "`tf.compat.v1.keras` kept both in TensorFlow 2. With the defaults of Keras 3, weights of such a model "
    "give other outputs without an error. The old values are written if the project's pins or features leave only "
    "such releases. LAY105 then keeps the numbers of `hard_sigmoid`.",
    references=("https://github.com/keras-team/keras/blob/2.2.4/keras/layers/recurrent.py", GUIDE),
    proofs=(Proof(expect="raises", unsafe=True),),
)
_OPTIMIZERS: Mapping[str, Mapping[str, str]] = {
    "Adadelta": {"learning_rate": "1.0"},
    "Adagrad": {"learning_rate": "0.01", "initial_accumulator_value": "0.0"},
    "Adamax": {"learning_rate": "0.002"},
    "Nadam": {"learning_rate": "0.002"},
}
_RECURRENT: Mapping[str, Mapping[str, str]] = {
    "LSTM": {"recurrent_activation": "'hard_sigmoid'"},
    "LSTMCell": {"recurrent_activation": "'hard_sigmoid'"},
    "GRU": {"recurrent_activation": "'hard_sigmoid'", "reset_after": "False"},
    "GRUCell": {"recurrent_activation": "'hard_sigmoid'", "reset_after": "False"},
}
_OLD: Mapping[str, Mapping[str, SpecifierSet]] = {
    "learning_rate": {"keras": SpecifierSet("<2.4"), "tensorflow": SpecifierSet("<1.14")},
    "initial_accumulator_value": {"keras": SpecifierSet("<2.4"), "tensorflow": SpecifierSet("<1.14")},
    "recurrent_activation": {"keras": SpecifierSet("<2.3"), "tensorflow": SpecifierSet("<2")},
    "reset_after": {"keras": SpecifierSet("<2.4"), "tensorflow": SpecifierSet("<2")},
}
"""By argument and package: the releases with the old default."""
_COMPAT = "tf.compat.v1.keras"
"""Whose LSTM and GRU are those of TensorFlow 1 in TensorFlow 2 as well (``lstm_v1.py``); its optimizers are not."""
_BY_NAME = {name.lower(): name for name in _OPTIMIZERS}
_ALIASES = {"lr": "learning_rate", "inner_activation": "recurrent_activation"}


@visit(OPTIMIZER_DEFAULT, calls=frozenset(f"keras.optimizers.{name}" for name in _OPTIMIZERS))
def optimizer_defaults(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Adadelta()``."""
    name = (ctx.name(call.func) or "").rpartition(".")[2]
    missing = _missing(call, _OPTIMIZERS[name], ("learning_rate",), ctx)
    if missing:
        edits = tuple(SetArgument(call, key, value) for key, value in missing.items())
        yield _match(OPTIMIZER_DEFAULT, call, f"keras.optimizers.{name}", missing, edits)


@visit(OPTIMIZER_DEFAULT, methods={"compile"}, of={MODEL})
def optimizers_by_name(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.compile("adadelta", "mse")``."""
    given = ctx.arguments(call, "optimizer").get("optimizer")
    if trust(ctx, called_on(call), MODEL, unknown=Fix.UNSAFE) is not None:
        yield from _by_name(given, _package(ctx), ctx)


@visit(OPTIMIZER_DEFAULT, calls={"keras.optimizers.get"})
def optimizers_asked_for(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``optimizers.get("adadelta")``, which takes an optimizer as well."""
    yield from _by_name(ctx.arguments(call, "identifier").get("identifier"), ctx.origin(call.func), ctx)


def _by_name(given: ast.expr | None, origin: str, ctx: Context) -> Iterator[Match]:
    """The optimizer in place of its name, given as text or by a name that is bound to nothing but the text."""
    literal = ctx.literal(given_once(given, ctx) or given)
    name = _BY_NAME.get(literal.lower()) if isinstance(literal, str) else None
    if given is not None and name is not None and _is_old(ctx, origin, "learning_rate"):
        values = ", ".join(f"{key}={value}" for key, value in _OPTIMIZERS[name].items())
        edit = ReplaceExpression(given, Code(f"keras.optimizers.{name}({values})"))
        yield _match(OPTIMIZER_DEFAULT, given, f"keras.optimizers.{name}", _OPTIMIZERS[name], (edit,))


@visit(RECURRENT_DEFAULT, calls=frozenset(f"keras.layers.{name}" for name in _RECURRENT))
def recurrent_defaults(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``LSTM(32)``."""
    name = (ctx.name(call.func) or "").rpartition(".")[2]
    missing = _missing(call, _RECURRENT[name], ("units", "activation", "recurrent_activation"), ctx)
    if missing:
        edits = tuple(SetArgument(call, key, value) for key, value in missing.items())
        yield _match(RECURRENT_DEFAULT, call, f"keras.layers.{name}", missing, edits)


def _match(
    rule: SourceRule, node: ast.expr, symbol: str, missing: Mapping[str, str], edits: tuple[Edit, ...]
) -> Match:
    values = ", ".join(f"{key}={value}" for key, value in missing.items())
    text = f"{symbol.rpartition('.')[2]} had {values} by default in the release that this was written for"
    return Match(rule, node, text, edits=edits, symbol=symbol)


def _missing(
    call: ast.Call, defaults: Mapping[str, str], order: tuple[str, ...], ctx: Context
) -> dict[str, str]:
    """The old defaults that a call relies on; none where ``*`` or ``**`` may give them."""
    args, origin = ctx.arguments(call), ctx.origin(call.func)
    if args.opaque:
        return {}
    given = {_ALIASES.get(name, name) for name in args.keywords} | set(order[: len(call.args)])
    return {key: value for key, value in defaults.items() if key not in given and _is_old(ctx, origin, key)}


def _is_old(ctx: Context, origin: str, argument: str) -> bool:
    """Whether all releases that a file may have been written for had the old default of an argument."""
    if origin == _COMPAT and argument in {"recurrent_activation", "reset_after"}:
        return True
    package = "keras" if origin == "keras" else "tensorflow"
    return all(release in _OLD[argument][package] for release in releases(ctx, package))


def _package(ctx: Context) -> str:
    """The package that a file has Keras from: stand-alone ``keras``, or TensorFlow."""
    alone = any(path.partition(".")[0] == "keras" for path in imported_paths(ctx))
    return "keras" if alone else "tensorflow"
