"""Python bytecode in a configuration: what it is, and where it is. Nothing here decodes or runs it.

Keras writes the function of a ``Lambda`` by value: ``func_dump`` marshals its code object and encodes it in base64
(``tf_keras/src/utils/generic_utils.py``; raw bytes before Keras 2.0.9). A key ``X_type`` of ``lambda`` says that ``X``
is such a value (``Lambda.function``, ``output_shape``, ``mask``; ``Merge.mode`` of Keras 1); the object ``__lambda__``
holds one since Keras 2.13. What decides is the decoded configuration, never the text of a file: JSON can spell each
letter of a key in a dozen ways.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE_CLASSES = frozenset({"__lambda__", "PythonLambda"})
"""Classes of a serialised object that is a function by value."""
_CODE_TYPES = (b"c", b"\xe3")
"""``TYPE_CODE`` of ``marshal``, without and with ``FLAG_REF``: what every marshalled function begins with."""
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_SHORTEST = 40
"""Characters; no code object is shorter in base64."""


@dataclass(frozen=True, slots=True)
class Bytecode:
    """One function by value.

    Attributes:
        place: names of the objects that hold it, outermost first, joined by slashes.
        class_name: class of the innermost: ``Lambda``, ``__lambda__``, ``Merge``; empty for another dictionary.
        key: where it stands in the configuration of that object: ``function``, ``output_shape``, ``mask``, ``value``.
        value: as stored: text, or a list of code, defaults and closure.
    """

    place: str
    class_name: str
    key: str
    value: Any


def bytecode_of(node: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Functions by value that one dictionary itself holds, as pairs of key and value; its children are not looked at.

    Args:
        node: a serialised object (``class_name`` and ``config``), or any other dictionary of a configuration.
    """
    name = plain_class(node.get("class_name"))
    config = node.get("config")
    if name in CODE_CLASSES:
        yield "value", config.get("value", config) if isinstance(config, dict) else config
    elif name == "Lambda" and isinstance(config, dict):
        for key in ("function", "output_shape", "mask"):
            if f"{key}_type" not in config and _given_by_value(key, config.get(key)):
                yield key, config[key]
    for key, kind in node.items():
        if kind == "lambda" and isinstance(key, str) and key.endswith("_type"):
            yield key.removesuffix("_type"), node.get(key.removesuffix("_type"))
        elif is_marshalled_function(kind):
            yield key, kind


def find_bytecode(config: Any) -> Iterator[Bytecode]:
    """Every function by value in a decoded configuration, at any depth, in the order of the text.

    Args:
        config: decoded JSON: an architecture, a layer's configuration, a training configuration.
    """
    stack: list[tuple[Any, str, str]] = [(config, "", "")]
    reported: set[tuple[str, str]] = (
        set()
    )  # a Lambda is met twice: as a class, and by the type in its configuration
    while stack:
        value, place, owner = stack.pop()
        if isinstance(value, dict):
            name = plain_class(value.get("class_name"))
            inner = join_place(place, value)
            for key, code in bytecode_of(value):
                if (inner, key) not in reported:
                    reported.add((inner, key))
                    yield Bytecode(inner, name or owner, key, code)
            stack += [(child, inner, name or owner) for child in reversed(value.values())]
        elif isinstance(value, list | tuple):
            stack += [(child, place, owner) for child in reversed(value)]


def refuse_bytecode(config: Any) -> None:
    """Refuse a configuration that holds a function by value.

    Raises:
        MigrationError: ``SEC001``, with the place of the first.
    """
    for found in find_bytecode(config):
        raise MigrationError(
            "SEC001",
            f"{found.class_name or 'the configuration'}: {found.key!r} is Python bytecode, which is never executed",
            "Rebuild the model from its source with a layer in place of the lambda.",
            found.place,
        )


def plain_class(name: object) -> str:
    """``Lambda`` of ``Lambda``, ``layers.Lambda`` and ``package>Lambda``; empty for what is no text.

    Keras looks ``module + "." + class_name`` up as one path, so that a part of the path may stand in either.
    """
    return name.rpartition(">")[2].rpartition(".")[2] if isinstance(name, str) else ""


def join_place(place: str, node: dict[str, Any]) -> str:
    """The place of a serialised object inside another: with its name where it has one."""
    config = node.get("config")
    name = node.get("name") or (config.get("name") if isinstance(config, dict) else None)
    if not isinstance(name, str) or "class_name" not in node:
        return place
    return f"{place}/{name[:100]}" if place else name[:100]


def is_marshalled_function(value: Any) -> bool:
    """Whether a value is what ``func_dump`` gives, wherever it stands: code as text, defaults, closure."""
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(part is None or isinstance(part, list | dict) for part in value[1:])
        and _is_marshalled(value[0])
    )


def _given_by_value(key: str, value: Any) -> bool:
    """A Lambda of before 2.0, or of another writer, says nothing of the kind; a text is the name of a function."""
    if key == "function":
        return not isinstance(value, str | dict | None) or (isinstance(value, str) and _is_marshalled(value))
    return is_marshalled_function(value)


def _is_marshalled(text: str) -> bool:
    """Marshalled code begins with its type; decoded as ``func_load`` does, which skips what is not of the alphabet."""
    if text[:1] in ("\xe3", "c") and "\x00" in text[:16]:
        return True
    if len(text) < _SHORTEST:
        return False
    letters = _NOT_BASE64.sub("", text[:256])
    try:
        head = base64.b64decode(letters[: len(letters) // 4 * 4])
    except (binascii.Error, ValueError):
        return False
    return head.startswith(_CODE_TYPES) and b"\0" in head[:16]
