"""Arguments that one minor of Keras 3 has and another has not (MIN001, MIN002), by the catalogue's signatures.

The catalogue holds the signature of every public name in each minor. The destination is what the project pins, or
``--keras-version``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import Version, load, newest
from codemods.rules.api import Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CHANGES = "https://github.com/keras-team/keras/releases"

MIN001 = SourceRule(
    code="MIN001",
    name="argument-of-a-later-minor",
    summary="An argument was added in a later minor release of Keras 3 than the one that the project pins.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.15",
    why="Every minor release of Keras 3 adds arguments, and earlier ones raise `Unrecognized keyword arguments` or "
    "TypeError.",
    references=(CHANGES,),
    manual="require the minor release that the finding names, or omit the argument",
)
MIN002 = SourceRule(
    code="MIN002",
    name="argument-gone-with-a-minor",
    summary="A minor release of Keras 3 renamed or removed an argument.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination=">=3.1",
    why="Minor releases of Keras 3 rename and remove arguments without prior warning: 23 callables lost one from "
    "3.0 to 3.15.",
    references=(CHANGES,),
    manual="write it as the finding says",
)

INSTEAD = {
    ("Operation", "dtype"): "only layers have one",
    ("layers.LayerNormalization", "rms_scaling"): "True is the layer RMSNormalization",
    ("layers.RandomRotation", "value_range"): "it had no effect",
    ("tree.pack_sequence_as", "sequence_fn"): "map the result instead",
}
"""What to do about arguments that have no successor of another name."""
_MINORS: tuple[Version, ...] = tuple((3, minor) for minor in range(newest[1] + 1))


def _calls() -> frozenset[str]:
    """Every callable whose signature is not the same in all minors."""
    return frozenset(f"keras.{name}" for name, forms in load().modern.items() if len(forms) > 1)


@visit(MIN001, MIN002, calls=_calls())
def arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Resizing(8, 8, antialias=True)`` for a project that pins 3.6, ``ops.image.resize(image=x)`` for one of 3.4."""
    name = ctx.name(call.func) or ""
    here: Version = ctx.version.release[:2]
    for keyword in call.keywords:
        argument = keyword.arg
        if argument is None or _is_changed_since_keras_2(name, argument):
            continue
        taking = _taking(name, argument, ctx.target)
        if not taking or here in taking or here > newest:
            continue
        after = [minor for minor in taking if minor > here]
        if after:
            text = f"{short(name)}({argument}=) was added in Keras {_text(after[0])}, the target is {ctx.version}"
            hint = f"require keras>={_text(after[0])}, or omit the argument"
            yield Match(MIN001, call, message=text, hint=hint, symbol=name, argument=argument)
            continue
        gone = _MINORS[_MINORS.index(taking[-1]) + 1]
        hint = INSTEAD.get((short(name), argument)) or _successor(name, ctx.target, gone)
        text = f"{short(name)}({argument}=) was removed in Keras {_text(gone)}" + (
            f": {hint}" if hint else ""
        )
        yield Match(MIN002, call, message=text, hint=hint, symbol=name, argument=argument)


def _is_changed_since_keras_2(name: str, argument: str) -> bool:
    """Whether the rules about arguments of Keras 2 speak of it."""
    return any(change.argument == argument for change in load().changes(name))


@lru_cache(maxsize=4096)
def _taking(name: str, argument: str, target: str) -> tuple[Version, ...]:
    """The minors that have a callable and give it this argument."""
    known = load()
    return tuple(
        minor
        for minor in _MINORS
        if known.exists(name, target, minor) and known.accepts(name, argument, target, minor)
    )


def _successor(name: str, target: str, minor: Version) -> str:
    """The argument that came with the minor that took another away, if it is the only one."""
    known = load()
    before = known.parameters(name, target, (minor[0], minor[1] - 1)) or ()
    new = [one for one in known.parameters(name, target, minor) or () if one not in before]
    return f"it is `{new[0]}`" if len(new) == 1 else ""


def _text(minor: Version) -> str:
    return ".".join(map(str, minor))


def short(name: str) -> str:
    """A public name below ``keras``."""
    return name.removeprefix("keras.")
