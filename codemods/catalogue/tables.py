"""The tables as typed rows: what one line of each file in ``data`` means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


def rows(name: str) -> Iterator[list[str]]:
    """The lines of ``data/<name>.tsv`` without the header, split at tabs."""
    text = files(__package__).joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        yield line.split("\t")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A public name of Keras 2.

    Attributes:
        name: ``layers.Dense``, without the root.
        kind: ``class``, ``function``, ``module`` or ``value``.
        status: ``unchanged``; ``changed`` (arguments, see `Change`); ``behaviour`` (other numbers); ``moved``
            (another name, same meaning); ``replaced`` and ``function`` (a rule writes another expression);
            ``tf-only`` (lives on under ``tf.keras`` alone); ``removed``; ``internal`` (was never public).
        keras: its name in ``keras`` when the meaning is the same, else empty.
        tf: its name in ``tf.keras`` likewise.
        same: the shortest public name of the same object: equal for all aliases.
        note: what a person does when it is gone.
        parameters: the signature, see `names`.
    """

    name: str
    kind: str
    status: str
    keras: str
    tf: str
    same: str
    note: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Modern:
    """A public name of Keras 3 with one form of its signature.

    Attributes:
        where: ``both``, ``keras`` or ``tf`` (only below ``tf.keras``).
        versions: specifiers joined with ``|``; empty for 3.0 to the newest.
    """

    kind: str
    where: str
    versions: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Change:
    """One changed argument of a name that lives on.

    Attributes:
        symbol: the name without the root, or a pattern (``layers.*``).
        argument: its name in Keras 2.
        change: ``removed``, ``default`` or ``position``.
        where: for a removal the destination versions (see `Modern`), otherwise ``old -> new``.
        policy: what is done: ``rename``, ``drop``, ``drop-default`` (when it has its neutral ``value``),
            ``pin`` (write the old default), ``keyword``, ``same`` (no effect), ``manual``, or the name of a
            rule's own way.
        value: the new name, the neutral value or the value to pin.
        note: what a person does.
    """

    symbol: str
    argument: str
    change: str
    where: str
    policy: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Function:
    """How a function of ``keras.backend`` or ``tf`` is said with Keras 3.

    Attributes:
        name: ``keras.backend.mean``, ``tf.reduce_mean``.
        parameters: its own signature.
        call: the expression to write, in terms of the parameter names; ``argument|default`` writes a
        default that
            differs; ``+argument`` must have been given; ``@name`` is a way of its own; empty: by hand.
        fix: ``safe``, ``unsafe`` or ``manual``.
        severity: ``error`` or ``silent``.
        note: the trap, or what a person does.
    """

    name: str
    parameters: str
    call: str
    fix: str
    severity: str
    note: str


@dataclass(frozen=True, slots=True)
class LostMember:
    """A method or attribute that a class lost.

    Attributes:
        cls: the class that defined it, without the root.
        policy: ``rename``, ``manual``, ``same`` (no loss in practice) or the name of a rule's own way.
    """

    cls: str
    member: str
    policy: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Keras1Argument:
    """An argument that Keras 1 called otherwise."""

    symbol: str
    argument: str
    policy: str
    value: str
    note: str


@lru_cache(maxsize=8192)
def names(parameters: str) -> tuple[str, ...]:
    """Parameter names of a signature text: ``*`` and ``**`` entries when it is open, inherited names last.

    The text is ``units activation=None * flag=True **kwargs + name dtype``; what follows ``+`` is taken by
    the base classes that ``**kwargs`` is passed to.
    """
    found: list[str] = []
    for word in parameters.split():
        name = word.partition("=")[0]
        if name.startswith("**"):
            found.append("**")
        elif name.startswith("*"):
            found.append("*")
        elif name != "+":
            found.append(name)
    return tuple(found)


@lru_cache(maxsize=8192)
def positional(parameters: str) -> tuple[str, ...]:
    """The parameters that may be given by position, in order."""
    found: list[str] = []
    for word in parameters.split():
        if word.startswith("*") or word == "+":
            break
        found.append(word.partition("=")[0])
    return tuple(found)


def defaults(parameters: str) -> dict[str, str]:
    """Parameter name to the source of its default, where it has one."""
    return {name: value for name, found, value in (w.partition("=") for w in parameters.split()) if found}
