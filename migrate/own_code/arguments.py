"""What a builder is called with: from calls in the same sources, from settings beside the weights, and as open sizes.

A size that nothing tells (a vocabulary, a number of classes) stays open: the shapes of the weights tell it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.own_code.scopes import CallSite, bound
from migrate.own_code.values import Evaluator, Settings, UnknownValueError

SIZES = "sizes"
"""Name of the sequence of open sizes in the source of a call."""
_WEIGHTS = re.compile(
    r"(pre_?trained_?|initial_?|load_?|model_?)?(weights?|checkpoint|ckpt|model)(_?(path|file|name|url))?$"
)
_SIZE = re.compile(
    r"^n(um|b)?_?[a-z_]*(class|tag|label|vocab|word|char|token|user|item|feature|output|input|categor|unit|node|hidden"
    r"|dim|filter|channel)\w*$|(class|vocab|word|token|user|item|feature|output|input|latent|hidden|embed\w*)_?"
    r"(size|dim|len|length|num|count|units)$|^(units|filters|(latent|hidden|output|input)_dim)$",
    re.IGNORECASE,
)
_MANY = re.compile(r"layers?$|depth|blocks?$|stages?$|repeat|stack", re.IGNORECASE)
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Open:
    """A size that the weights have to tell."""

    name: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of one call.

    Attributes:
        text: source, with ``sizes[0]``, ``sizes[1]``, … for the open ones.
        open: names of the open sizes.
        lacking: names of those that are no sizes and that nothing tells: how many layers there are.
    """

    text: str
    open: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a builder.

    Attributes:
        name: of the parameter.
        default: its default; None where it has none.
        read: attributes or keys of it that the builder reads.
        settings: whether it is read by attribute (True), by key (False), or neither (None).
    """

    name: str
    default: ast.expr | None
    read: frozenset[str] = frozenset()
    settings: bool | None = None

    @property
    def weights(self) -> bool:
        """Whether it says which weights to load: the builder is wanted without any."""
        return self.default is not None and _WEIGHTS.match(self.name) is not None

    @property
    def size(self) -> bool:
        """Whether its name is that of a size, and its default one, or none."""
        plain = isinstance(self.default, ast.Constant) and (
            self.default.value is None or type(self.default.value) is int
        )
        return plain and _SIZE.search(self.name) is not None


@dataclass
class _Opened:
    names: list[str] = field(default_factory=list)

    def source(self, value: Any) -> str:
        """Python source of a value.

        Raises:
            UnknownValueError: it has none.
        """
        match value:
            case Open(name=name):
                if name not in self.names:
                    self.names.append(name)
                return f"{SIZES}[{self.names.index(name)}]"
            case Settings(values=values):
                inner = ", ".join(f"{k!r}: {self.source(v)}" for k, v in values.items() if k.isidentifier())
                return f"__import__('types').SimpleNamespace(**{{{inner}}})"
            case dict():
                return "{" + ", ".join(f"{k!r}: {self.source(v)}" for k, v in value.items()) + "}"
            case list():
                return "[" + ", ".join(map(self.source, value)) + "]"
            case tuple():
                return "(" + "".join(f"{self.source(v)}, " for v in value) + ")"
            case None | bool() | int() | float() | str() | bytes():
                return repr(value)
        raise UnknownValueError


def parameters(function: ast.FunctionDef, *, method: bool = False) -> list[Parameter]:
    """The parameters of a function; without the first one of a bound method."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    pairs = list(zip(positional, defaults, strict=True))[1 if method else 0 :]
    pairs += list(zip(given.kwonlyargs, given.kw_defaults, strict=True))
    return [_parameter(argument.arg, default, function) for argument, default in pairs]


def _parameter(name: str, default: ast.expr | None, function: ast.FunctionDef) -> Parameter:
    attributes: set[str] = set()
    keys: set[str] = set()
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        base = getattr(node, "value", None)
        if not (isinstance(base, ast.Name) and base.id == name):
            continue
        if isinstance(node, ast.Attribute) and id(node) not in called and isinstance(node.ctx, ast.Load):
            attributes.add(node.attr)
        elif isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            keys |= {key} if isinstance(key, str) else set()
    attributes -= {"shape", "size", "ndim", "dtype", "T"}  # of an array
    if attributes:
        return Parameter(name, default, frozenset(attributes), True)
    return Parameter(name, default, frozenset(keys), False if keys else None)


def arguments(
    wanted: Sequence[Parameter],
    sites: Sequence[CallSite],
    evaluator: Evaluator,
    settings: Sequence[Mapping[str, Any]],
) -> list[list[Arguments]]:
    """Ways to call a function, in groups: as it is called, with settings of the same names, with open sizes.

    Args:
        wanted: its parameters.
        sites: its calls in the sources.
        evaluator: of their arguments.
        settings: configuration files beside the weights, the nearest first.
    """
    called = [_bound(wanted, site, evaluator) for site in sites] or [{}]
    groups: list[list[Arguments]] = []
    ways: list[tuple[bool, bool]] = [(False, False), (True, False), (False, True), (True, True)]
    for named, opened in ways:
        group: dict[Arguments, None] = {}
        for given in called:
            for told in [*settings, {}] if not named else settings:
                made = _filled(wanted, given, told, evaluator.defined, named=named, opened=opened)
                if made is not None:
                    group.setdefault(made)
        groups.append([a for a in group if not any(a in earlier for earlier in groups)])
    return groups


def _bound(wanted: Sequence[Parameter], site: CallSite, evaluator: Evaluator) -> dict[str, Any]:
    """The values of a call's arguments that can be told, by parameter."""
    found: dict[str, Any] = {}
    pairs = bound([parameter.name for parameter in wanted], site.node)
    for name, node in pairs.items():
        try:
            found[name] = evaluator.value(node, site.scope)
        except UnknownValueError:
            continue
    return found


def _filled(
    wanted: Sequence[Parameter],
    given: Mapping[str, Any],
    told: Mapping[str, Any],
    defined: Mapping[str, Any],
    *,
    named: bool,
    opened: bool,
) -> Arguments | None:
    """The source of a call's arguments; None where a value has none.

    Args:
        wanted: parameters.
        given: values of a call.
        told: values of a configuration file.
        defined: values that the user gives; above all others.
        named: whether parameters are taken from the file by their names.
        opened: whether parameters that are sizes stay open although they have a default.
    """
    values: dict[str, Any] = {}
    lacking: list[str] = []
    for parameter in wanted:
        name, known = parameter.name, given.get(parameter.name)
        if name in defined:
            values[name] = defined[name]
        elif parameter.weights:
            values[name] = None
        elif parameter.settings is not None and (
            parameter.default is None or isinstance(known, dict | Settings)
        ):
            values[name] = _settings(parameter, known, told)
        elif named and name in told:
            values[name] = told[name]
        elif opened and parameter.size:
            values[name] = Open(name)
        elif name in given:
            values[name] = known
        elif parameter.default is None:
            if name not in told and _MANY.search(name):
                lacking.append(name)  # how many layers there are is no size of any of them
            values[name] = told.get(name, Open(name))
    made = _Opened()
    try:
        text = ", ".join(f"{name}={made.source(value)}" for name, value in values.items())
    except (UnknownValueError, RecursionError):
        return None
    return Arguments(text, tuple(made.names), tuple(lacking)) if len(text) <= _MAX_TEXT else None


def _settings(parameter: Parameter, known: object, told: Mapping[str, Any]) -> Any:
    """The values of a parameter that is read by key or attribute: the file's, then the call's, then open sizes."""
    values: dict[str, Any] = {}
    if isinstance(known, Settings):
        values |= known.values
    elif isinstance(known, dict):
        values |= known
    if parameter.read & told.keys():
        values |= {k: v for k, v in told.items() if not values or k in values or k in parameter.read}
    for key in sorted(parameter.read - values.keys()):
        if _SIZE.search(key):
            values[key] = Open(key)
    return Settings(values) if parameter.settings else values
