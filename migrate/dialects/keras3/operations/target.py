"""Where a function of TensorFlow goes.

``keras.…`` targets are public functions; ``composite.…`` targets are written out as several ``keras.ops`` calls when
the model is built (:mod:`migrate.worlds.modern.operations`), because they depend on static shapes or have no
counterpart of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """Where a function goes.

    Attributes:
        function: ``keras.ops.mean``, ``composite.gather``.
        rename: TensorFlow's parameter to the target's; the first argument stays positional.
        drop: parameters without a meaning for the result.
        arrays: parameters of the target whose list constants are tensors, not axes or sizes.
        constants: arguments that the target needs beside those given.
    """

    function: str
    rename: Mapping[str, str] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()
    constants: Mapping[str, object] = field(default_factory=dict)


def composite(
    name: str,
    *arrays: str,
    drop: tuple[str, ...] = (),
    also: Mapping[str, str] | None = None,
    **rename: str,
) -> Target:
    """The target of a composite.

    Args:
        name: without ``composite.``.
        arrays: `Target.arrays`.
        drop: `Target.drop`.
        also, rename: together `Target.rename`.
    """
    return Target(f"composite.{name}", {**(also or {}), **rename}, frozenset(drop), frozenset(arrays))
