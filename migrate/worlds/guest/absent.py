"""What stands for a package that is not installed while a builder of the author's runs.

A constructor that makes a ``pandas.DataFrame()`` beside its model does not need pandas for the model. So attributes,
items and calls of a stand-in are further stand-ins, and whatever needs a value of one is refused: a number, a text, a
truth, an item of a loop, a configuration of Keras, a call with something of Keras'.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Never

_FRAMEWORKS = frozenset({"keras", "tensorflow", "tf_keras"})
_READ = "array bool bytes complex enter float format hash index int iter len next reversed str"
_UNARY = "abs invert neg pos trunc"
_COMPARING = "contains eq ge gt le lt ne"
_BINARY = "add and divmod floordiv lshift matmul mod mul or pow rshift sub truediv xor"
_VALUES = (
    *(f"__{name}__" for name in f"{_READ} {_UNARY} {_COMPARING}".split()),
    *(f"__{side}{name}__" for name in _BINARY.split() for side in ("", "r", "i")),
)
"""Methods by which Python asks for a value."""
_CONFIGURATIONS = frozenset({"get_config", "from_config"})
_DEPTH = 4
"""How many lists and mappings deep an argument is looked into."""


class Absent:
    """A module, or what is read of it.

    Args:
        package: that is not installed.
        path: of what is read, as messages say it.
    """

    _package: str
    _path: str

    def __init__(self, package: str, path: str = "") -> None:
        self.__dict__.update(_package=package, _path=path or package)

    def __getattr__(self, name: str) -> Absent:
        if name in _CONFIGURATIONS:
            _refuse(self)
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent(self._package, f"{self._path}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        """Nothing that is read depends on it."""

    def __setitem__(self, key: object, value: object) -> None:
        """Nothing that is read depends on it."""

    def __getitem__(self, key: object) -> Absent:
        return Absent(self._package, f"{self._path}[…]")

    def __call__(self, *args: object, **kwargs: object) -> Absent:
        """A stand-in for what is returned.

        Raises:
            ImportError: an argument is of Keras: what is done with it may well matter to the model.
        """
        if any(_is_of_keras(value, _DEPTH) for value in (*args, *kwargs.values())):
            _refuse(self)
        return Absent(self._package, f"{self._path}()")

    def __repr__(self) -> str:
        return f"<{self._path} of a package that is not installed>"


def _refuse(asked: Absent) -> Never:
    """Say what is lacking.

    Raises:
        ImportError: always.
    """
    raise ImportError(f"{asked._package} is not installed, and the model needs {asked._path}")


def _refusing(method: str) -> Callable[..., Never]:
    def refuse(self: Absent, *_: object, **__: object) -> Never:
        _refuse(self)

    refuse.__name__ = method
    return refuse


def _is_of_keras(value: object, depth: int) -> bool:
    """Whether a value is a tensor, layer, model or class of Keras, or holds one."""
    if isinstance(value, list | tuple | set | frozenset):
        return depth > 0 and any(_is_of_keras(part, depth - 1) for part in value)
    if isinstance(value, dict):
        return depth > 0 and any(_is_of_keras(part, depth - 1) for part in value.values())
    made = value if isinstance(value, type) else type(value)
    return any(base.__module__.partition(".")[0] in _FRAMEWORKS for base in made.__mro__)


for _name in _VALUES:
    setattr(Absent, _name, _refusing(_name))
