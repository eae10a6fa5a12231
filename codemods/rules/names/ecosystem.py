"""ECO: the packages around Keras 2, from the table in ``codemods.ecosystem``."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.ecosystem import Named, World, heads, keras_2_only, named, tensorflow_names
from codemods.edits import ReplaceReference
from codemods.names.canonical import canonical
from codemods.rules.api import EVERYWHERE, GUIDE, Match, Proof, SourceRule, Target, visit
from codemods.rules.operations.gradient_overrides import GRAPHS, goes_with_an_override
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
TENSORFLOW_NAME = SourceRule(
    code="ECO003",
    name="tensorflow-name-gone",
    summary="TensorFlow 2.16 and later do not have this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="`tf.estimator` was removed in TensorFlow 2.16, `tf.contrib` and the other names of TensorFlow 1 in 2.0. "
    "The removed names are read from the live API of TensorFlow (scripts/catalogue/tensorflow_names.py).",
    references=("tensorflow/tensorflow#61920", _SWITCH),
    manual="keep TensorFlow 2.15 for this code, or rewrite it with Keras",
)
TENSORFLOW_1_NAME = SourceRule(
    code="ECO006",
    name="tensorflow-1-name",
    summary="TensorFlow 2 has the name under `tf.compat.v1`.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="Messages, files, flags and settings of TensorFlow 1 moved to `tf.compat.v1` in 2.0 and mean the same "
    "there, with or without a graph. Names that need a graph or a session (`tf.placeholder`, `tf.Session`) moved "
    "too, but do nothing for a Keras 3 model: ECO003 covers these.",
    references=("https://www.tensorflow.org/guide/migrate/upgrade",),
    proofs=(Proof(expect="raises"),),
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
FEATURE_COLUMN = SourceRule(
    code="ECO005",
    name="feature-column",
    summary="Nothing in Keras 3 accepts feature columns.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="TensorFlow still has `tf.feature_column`, but their consumers were removed: `DenseFeatures` with Keras 2, "
    "`tf.estimator` with TensorFlow 2.16. tf_keras still has `DenseFeatures`: in code that stays there, this is a "
    "note.",
    references=("tensorflow/tensorflow#61920", "https://keras.io/api/utils/feature_space/"),
    manual="use keras.utils.FeatureSpace, or preprocessing layers in the model",
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
    statement = ctx.parent(alias)
    module = getattr(statement, "module", None)
    path = f"{module}.{alias.name}" if module else alias.name
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
    place = next((node for node in ast.walk(tree) if _is_use(node, hold, ctx)), tree.body[0])
    yield Match(
        STAYS,
        place,
        f"{_what(hold, ctx)} keeps this file on Keras 2: {_how(hold, ctx)}",
        f"{hold.use.package.instead or 'move the code that uses it'}; {_meanwhile(hold)}",
        symbol=hold.use.symbol,
    )


def _is_use(node: ast.AST, hold: Hold, ctx: Context) -> bool:
    return getattr(node, "lineno", 0) == hold.use.line and ctx.name(node) == hold.use.symbol


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


@lru_cache(maxsize=8192)
def _gone(name: str) -> tuple[str, str] | None:
    """The row of the table that a name of TensorFlow falls under: what is gone, and what to do."""
    table = tensorflow_names()
    parts = name.split(".")
    for length in range(2, len(parts) + 1):
        above = ".".join(parts[:length])
        if above in table:
            return above, table[above]
    return None


_WITHOUT_GRAPH = frozenset(
    {
        "tf.ConfigProto",
        "tf.GPUOptions",
        "tf.GraphOptions",
        "tf.OptimizerOptions",
        "tf.app",
        "tf.flags",
        "tf.gfile",
        "tf.logging",
    }
)
"""Names of TensorFlow 1 that mean the same below ``tf.compat.v1``, whether a graph is built or not."""


@visit(TENSORFLOW_NAME, TENSORFLOW_1_NAME, packages=("tf",))
def tensorflow_names_gone(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Names of TensorFlow that its releases with Keras 3 do not have."""
    name = ctx.name(node) if isinstance(node, ast.expr) else _path_of(node, ctx)
    row = _gone(name) if name is not None else None
    if row is None or name is None:
        return
    if isinstance(node, ast.expr) and not ctx.direct(node):
        return
    if isinstance(node, ast.expr) and name in GRAPHS and goes_with_an_override(node, ctx):
        return  # BKD005 speaks of it
    if row[0] in _WITHOUT_GRAPH:
        place = f"tf.compat.v1{name.removeprefix('tf')}"
        yield Match(
            TENSORFLOW_1_NAME, node, f"{name} is {place}", edits=(ReplaceReference(node, place),), symbol=name
        )
        return
    yield Match(TENSORFLOW_NAME, node, f"TensorFlow 2.16 and later have no {row[0]}", row[1], symbol=name)


@visit(FEATURE_COLUMN, prefixes=("tf.feature_column.", "tf.compat.v1.feature_column."))
def feature_columns(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Columns that TensorFlow still has and nothing takes."""
    name = ctx.name(node) if isinstance(node, ast.expr) else _path_of(node, ctx)
    if name is not None and _gone(name) is None:
        # tf_keras takes them: where the code stays with it, this is only a note for the day when it moves.
        note = Severity.INFO if ctx.target is Target.TF_KERAS_2 else None
        yield Match(FEATURE_COLUMN, node, f"nothing in Keras 3 accepts {name}", symbol=name, severity=note)


def _path_of(alias: ast.alias, ctx: Context) -> str | None:
    """The canonical name that an import brings, where nothing in the file uses it."""
    module = getattr(ctx.parent(alias), "module", None)
    bound = (alias.asname or alias.name).partition(".")[0]
    if ctx.module.index.names.get(bound):
        return None
    return canonical(f"{module}.{alias.name}" if module else alias.name).name
