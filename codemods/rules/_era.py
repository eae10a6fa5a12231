"""Which releases of Keras a file was written for: by the pins of its project, and by what only some of them had."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from codemods.catalogue import load
from codemods.ecosystem import gone
from codemods.guards import is_guarded
from codemods.names.uses import imported_path
from codemods.rules.arguments.keras1 import keras_1_arguments

if TYPE_CHECKING:
    from codemods.context import Context

KERAS = tuple(
    Version(text)
    for text in (
        *("1.0.0", "1.0.8", "1.1.2", "1.2.2", "2.0.0", "2.0.9", "2.1.0", "2.1.6", "2.2.0", "2.2.2", "2.2.4"),
        *("2.2.5", "2.3.0", "2.3.1", "2.4.3", "2.6.0", "2.8.0", "2.10.0", "2.11.0", "2.12.0", "2.13.1"),
        *("2.14.0", "2.15.0"),
    )
)
"""Releases of the package ``keras`` that stand for all of Keras 1 and 2."""
TENSORFLOW = tuple(
    Version(text)
    for text in (
        *("1.4.0", "1.8.0", "1.10.0", "1.12.0", "1.13.1", "1.14.0", "1.15.0", "2.0.0", "2.1.0", "2.3.0"),
        *("2.4.0", "2.6.0", "2.8.0", "2.10.0", "2.11.0", "2.12.0", "2.13.0", "2.14.0", "2.15.0"),
    )
)
"""Releases of TensorFlow whose ``tf.keras`` is Keras 1 or 2."""
_USUAL = ">=1.14"
"""Releases of TensorFlow that code is written for which uses ``tf.keras`` and pins nothing."""
_KERAS_1_TRAINING = frozenset({"nb_epoch", "nb_val_samples", "samples_per_epoch"})
"""Arguments of training methods that only Keras 1 documents; Keras 2.0 to 2.3 took them with a warning."""
_KERAS_1_ARGUMENTS = frozenset(row.argument for row in load().keras1)
_KERAS_1_NAMES = ("image_dim_ordering", "set_image_dim_ordering")


_STAND_ALONE = (
    *("keras.backend.tensorflow_backend", "keras.backend.theano_backend", "keras.engine.topology"),
    *("keras.legacy.", "keras.objectives", "keras.utils.visualize_util"),
)
"""Modules that stand-alone Keras had, and none of 2.4 and later under the same name."""


@lru_cache(maxsize=2)  # the last file, for both packages
def releases(ctx: Context, package: str) -> tuple[Version, ...]:
    """The releases of a package that a file may have been written for; all of them when nothing says more.

    Args:
        ctx: the file.
        package: ``keras`` or ``tensorflow``.
    """
    pinned = _pinned(ctx, package)
    if package != "keras":
        return pinned or within(package, "<2" if of_tensorflow_1(ctx) else _USUAL)
    idioms = within(package, _by_idioms(ctx))
    beside = _beside(_pinned(ctx, "tensorflow"))
    known = within(package, "")
    if beside and not pinned:
        return tuple(release for release in beside if release in idioms) or known
    pinned = tuple(release for release in pinned if release in beside) or pinned or known
    both = tuple(release for release in pinned if release in idioms)
    return both or pinned or idioms or known


@lru_cache(maxsize=256)
def within(package: str, specifiers: str) -> tuple[Version, ...]:
    """The releases of a package that all of some specifiers allow, which are joined by commas."""
    allowed = SpecifierSet(specifiers)
    return tuple(release for release in (KERAS if package == "keras" else TENSORFLOW) if release in allowed)


def _pinned(ctx: Context, package: str) -> tuple[Version, ...]:
    """The releases that all pins of the project allow, or else those that stand for the exact ones.

    Empty where nothing is pinned.
    """
    repository = ctx.module.repository
    wanted = repository.required(package) if repository is not None else ()
    if not wanted:
        return ()
    pinned = within(package, ",".join(map(str, wanted)))
    return pinned or tuple(dict.fromkeys(_standing_for(wanted, within(package, ""))))


@lru_cache(maxsize=64)
def _beside(tensorflow: tuple[Version, ...]) -> tuple[Version, ...]:
    """The releases of ``keras`` that run with the pinned ones of TensorFlow; empty where these tell nothing."""
    runs = {release for pinned in tensorflow for release in within("keras", _runs_with(pinned))}
    found = tuple(release for release in KERAS if release in runs)
    return found if found != KERAS else ()


_RUNS_WITH = (
    ("<1.13", "<2.3"),
    (">=1.13,<2", "<2.4"),
    (">=2,<2.2", ">=2.3,<2.4"),
    (">=2.2,<2.6", ">=2.3"),
)
"""Releases of TensorFlow, and those of the package ``keras`` that run with them.

Keras 2.3.1 fails with TensorFlow 1.12 (``tensorflow.python.keras.backend has no attribute get_graph``) and runs with
1.13.2; Keras 2.2.4 runs with 1.15.5 and not with 2.0 (``tensorflow has no attribute get_default_graph``), where 2.3.1
runs; Keras 2.4 refuses what is older than 2.2. From 2.6 on, TensorFlow itself requires the ``keras`` of its own minor.
"""


def _runs_with(tensorflow: Version) -> str:
    fits = (keras for versions, keras in _RUNS_WITH if tensorflow in within("tensorflow", versions))
    return next(fits, f"=={tensorflow.major}.{tensorflow.minor}.*")


def _standing_for(wanted: tuple[SpecifierSet, ...], known: tuple[Version, ...]) -> Iterator[Version]:
    """For each exact pin the release that stands for it: ``==2.0.5`` is 2.0.0."""
    for pin in (one for specifiers in wanted for one in specifiers):
        if pin.operator == "==" and not pin.version.endswith("*"):
            before = [release for release in known if release <= Version(pin.version)]
            yield from before[-1:]


def _by_idioms(ctx: Context) -> str:
    """What a file itself says of the releases of ``keras`` it was written for, outside branches for one of several."""
    if any(not is_guarded(ctx, place) for place in _only_stand_alone(ctx)) or of_tensorflow_1(ctx):
        return "<2.4"
    given = {keyword.arg for call, _ in ctx.module.index.calls for keyword in call.keywords}
    if "learning_rate" in given and "lr" not in given and _of_optimizer(ctx):
        return ">=2.3"
    return ""


def _only_stand_alone(ctx: Context) -> Iterator[ast.AST]:
    """Places that use what stand-alone Keras had, and none of 2.4 and later."""
    for statement, _ in ctx.module.index.imports:
        if any(imported_path(statement, alias).startswith(_STAND_ALONE) for alias in statement.names):
            yield statement
    for name in _KERAS_1_NAMES:
        yield from (node for node, _ in ctx.module.index.attributes.get(name, ()))
    for call, _ in ctx.module.index.calls:
        if _gives_keras_1_arguments(ctx, call):
            yield call


def _gives_keras_1_arguments(ctx: Context, call: ast.Call) -> bool:
    """Whether a call gives a layer, or training, an argument by the name that it had in Keras 1 alone.

    The same words mean something else elsewhere: ``Embedding(output_dim=4)``, ``XGBClassifier(subsample=0.8)``.
    """
    given = {keyword.arg for keyword in call.keywords}
    if given & _KERAS_1_TRAINING:
        return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("fit")
    name = ctx.name(call.func) if given & _KERAS_1_ARGUMENTS else None
    return name is not None and not given.isdisjoint(keras_1_arguments(name))


def imported_paths(ctx: Context) -> Iterator[str]:
    """The dotted paths that a file imports."""
    for statement, _ in ctx.module.index.imports:
        yield from (imported_path(statement, alias) for alias in statement.names)


def _of_optimizer(ctx: Context) -> bool:
    """Whether an optimizer of Keras is given ``learning_rate=``, which Keras 2.3 brought."""
    return any(
        any(keyword.arg == "learning_rate" for keyword in call.keywords)
        and (ctx.name(call.func) or "").startswith("keras.optimizers.")
        for call, _ in ctx.module.index.calls
        if isinstance(call.func, (ast.Name, ast.Attribute))
    )


@lru_cache(maxsize=1)
def of_tensorflow_1(ctx: Context) -> bool:
    """Whether a file uses names that no TensorFlow 2 has, which stand-alone Keras 2.4 needs.

    In a branch that exists because versions differ they say that the file was written for several.
    """
    nodes = (node for entries in ctx.module.index.attributes.values() for node, _ in entries)
    return any(
        (name.startswith("tf.contrib.") or ((row := gone(name)) is not None and "tf.compat.v1" in row.note))
        and not is_guarded(ctx, node)
        for node in nodes
        if (name := ctx.name(node) or "").startswith("tf.") and not name.startswith("tf.compat.")
    )
