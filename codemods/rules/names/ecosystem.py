"""ECO: the packages around Keras 2, from the table in ``codemods.ecosystem``."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.ecosystem import Named, World, heads, keras_2_only, named
from codemods.names.uses import imported_path
from codemods.rules.api import EVERYWHERE, GUIDE, Match, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context
    from codemods.names.islands import Hold

_SWITCH = "https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1"
KERAS_2_OBJECT = SourceRule(
    code="ECO001",
    name="object-of-a-keras-2-package",
    summary="The object comes from a package that works only with Keras 2.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="The packages in the table in docs/ecosystem.md never moved to Keras 3: their layers, models, optimizers, "
    "losses and metrics are those of tf-keras, or the package can no longer be imported with TensorFlow 2.16.",
    references=("tensorflow/hub#920", "tensorflow/addons#2807", "tensorflow/probability#2006", GUIDE),
    manual="see docs/ecosystem.md for replacements",
)
STAYS = SourceRule(
    code="ECO002",
    name="stays-with-keras-2",
    summary="The file is connected with a Keras 2 object, so its own Keras objects stay on Keras 2.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="A tf-keras layer, loss, metric or optimizer in a Keras 3 model raises, or is treated as a plain function "
    "whose variables are neither trained nor saved; and vice versa. Code that is connected with such an object, in "
    "one file or through imports between files, is therefore not moved to `keras`: it imports `tf_keras` by name if "
    "the package works with that, and is not changed if the package needs TensorFlow 2.15 or older. Keras 2's own "
    "objects without a replacement keep code on Keras 2 in the same way: `DenseFeatures`, the models of "
    "`tf.keras.experimental`, the layers of `tf.keras.layers.experimental`.",
    references=("tensorflow/tensorflow#63849", "tensorflow/hub#920", _SWITCH),
    manual="replace the object, or keep tf-keras alongside Keras 3",
)
SUCCESSOR = SourceRule(
    code="ECO004",
    name="package-with-a-successor",
    summary="The package continues under another name.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    why="KerasCV and KerasNLP became KerasHub, Keras Core became Keras 3. Presets and constructors changed in the "
    "process, so the name is not replaced automatically.",
    references=("https://keras.io/keras_hub/",),
    manual="see docs/ecosystem.md for the new name",
)


@visit(KERAS_2_OBJECT, SUCCESSOR, packages=tuple(sorted(heads())))
def uses(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Each mention of an object of a package of the table."""
    if isinstance(node, ast.alias):
        yield from _imported(node, ctx)
        return
    name = ctx.name(node)
    known = named(name) if name is not None else None
    if known is None or name is None or not ctx.direct(node):
        return
    package = known.package
    if package.world is World.GONE:
        yield Match(SUCCESSOR, node, f"{name}: {package.title} has a successor", known.instead, symbol=name)
    elif known.bound or (package.world is World.KERAS_2 and name != package.name):
        yield Match(
            KERAS_2_OBJECT,
            node,
            _needs(name, known),
            known.instead,
            symbol=name,
            severity=_severity(known, ctx),
        )


@visit(KERAS_2_OBJECT, references=tuple(sorted(keras_2_only())))
def keras_2_names(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Each mention of an object that Keras 2 itself had and that has no successor, in a file that stays for it."""
    if isinstance(node, ast.alias) or ctx.hold is None or not ctx.direct(node):
        return
    name = ctx.name(node)
    symbol = load().symbol(name) if name is not None else None
    if name is None or symbol is None or keras_2_only().get(name) is World.KERAS_2:
        return  # of the last, API005 speaks
    message = f"{name.removeprefix('keras.')} exists only in Keras 2 (tf_keras)"
    yield Match(KERAS_2_OBJECT, node, message, symbol.note, symbol=name)


def _imported(alias: ast.alias, ctx: Context) -> Iterator[Match]:
    """An import that nothing in the file uses; where something does, the use is the finding."""
    path = imported_path(ctx.parent(alias), alias)
    known = named(path.removesuffix(".*"))
    bound = (alias.asname or alias.name).partition(".")[0]
    if known is None or ctx.module.index.names.get(bound):
        return
    if known.package.world is World.GONE:
        yield Match(SUCCESSOR, alias, f"{known.package.title} has a successor", known.instead, symbol=path)
    elif known.package.world is World.KERAS_2 or known.bound:
        yield Match(
            KERAS_2_OBJECT,
            alias,
            _needs(path, known),
            known.instead,
            symbol=path,
            severity=_severity(known, ctx),
        )


def _needs(name: str, known: Named) -> str:
    package = known.package
    if package.world is World.KERAS_2:
        return (
            f"{name}: {package.distribution.partition(' ')[0]} does not work with Keras 3 and TensorFlow 2.16"
        )
    return f"{name} is a Keras 2 object (tf_keras)"


def _severity(known: Named, ctx: Context) -> Severity | None:
    """An error where the package does not import; a note in a file that chose ``tf_keras``, which is all it needs."""
    if known.package.world is World.KERAS_2:
        return Severity.ERROR
    return Severity.INFO if ctx.target is Target.TF_KERAS_2 else None


@visit(STAYS, module=True)
def islands(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """One finding for a file that stays, at the object that keeps it or else at the top."""
    hold = ctx.hold
    if hold is None:
        return
    place = next(_uses_held(tree, hold, ctx), tree.body[0])
    yield Match(
        STAYS,
        place,
        f"{_what(hold, ctx)} keeps this file on Keras 2: {_how(hold, ctx)}",
        f"{hold.use.package.instead or 'move the code that uses it'}; {_meanwhile(hold)}",
        symbol=hold.use.symbol,
    )


def _uses_held(tree: ast.Module, hold: Hold, ctx: Context) -> Iterator[ast.AST]:
    """The places in this file, of one line, that name what holds it; none when that is in another file."""
    if hold.use.path != ctx.path:
        return
    for statement in (found for found in tree.body if (found.end_lineno or 0) >= hold.use.line):
        for node in ast.walk(statement):
            if getattr(node, "lineno", 0) == hold.use.line and ctx.name(node) == hold.use.symbol:
                yield node


def _what(hold: Hold, ctx: Context) -> str:
    if hold.use.path == ctx.path:
        return hold.use.symbol
    return f"{hold.use.symbol} ({os.path.relpath(hold.use.path, ctx.path.parent)}, line {hold.use.line})"


def _how(hold: Hold, ctx: Context) -> str:
    if ctx.unmoved:
        return "it is not changed"
    return "it imports tf_keras"


def _meanwhile(hold: Hold) -> str:
    if hold.world is World.KERAS_2:
        return "until then it runs with TensorFlow 2.15 or older"
    if hold.world is World.SWITCH:
        return "until then it needs tf-keras, and TF_USE_LEGACY_KERAS=1 in the environment"
    return "until then it needs tf-keras"
