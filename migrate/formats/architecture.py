"""Architectures as text: JSON and YAML of ``model.to_json()`` and ``model.to_yaml()``, also encoded twice.

YAML is parsed by a loader that constructs nothing: Keras 2 wrote ``!!python/tuple`` and
``!!python/object/apply:…ListWrapper`` into it, which stand for plain sequences and are read as such. Any
other Python tag would name code to run (the reason ``model_from_yaml`` left TensorFlow, CVE-2021-37678) and
is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from migrate.findings import MigrationError
from migrate.formats.artifact import Format, LegacyArtifact
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, MAX_DEPTH, MIB, check_depth, decode_json, sha256_of
from migrate.formats.writers import BUILT_WITH, infer_writer, stored_writer

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.formats.artifact import Writer

MAX_YAML_BYTES = 4 * MIB
"""YAML parses about 100 times slower than JSON."""
MAX_YAML_NODES = 1_000_000
"""Nodes after aliases are followed."""
_BOMB_HINT = "No Keras writes this. Get the file again from a source you trust."
_ROOT_KEYS = frozenset(
    {"keras_version", BUILT_WITH, "backend", "module", "registered_name", "build_config", "compile_config"}
)


def decode_architecture(value: Any, what: str, place: str) -> dict[str, Any]:
    """A root ``{"class_name", "config", …}`` from text, from text within text, or from the decoded object.

    Raises:
        MigrationError: FMT015 when it is no architecture, SEC004 when it is a bomb.
    """
    for _ in range(3):
        if not isinstance(value, str | bytes):
            break
        value = decode_json(value, what, place)
    root = as_architecture(value)
    if root is None:
        raise MigrationError(
            "FMT015",
            f"{what} has no class_name and config",
            "This is not what model.to_json() writes.",
            place,
        )
    check_depth(root, what, place)
    return root


def as_architecture(value: Any) -> dict[str, Any] | None:
    """The architecture in a decoded object, None when it is something else.

    A bare ``config`` of a Functional model and the list of a Keras 1 Sequential are given their class name.
    """
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("class_name"), str) and isinstance(value.get("config"), dict | list):
        return value
    inner = value.get("model_config") or value.get("modelTopology")
    if isinstance(inner, dict):
        return as_architecture(inner)
    if isinstance(value.get("layers"), list) and "input_layers" in value and "output_layers" in value:
        return {"class_name": "Model", "config": value}
    return None


def read_architecture(path: Path) -> LegacyArtifact:
    """Read an architecture file, JSON or YAML, told by content.

    Raises:
        MigrationError: FMT015 when it is neither, SEC005 for YAML that constructs objects, SEC004 for bombs.
    """
    place = str(path)
    text = read_text(path)
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in ("{", '"', "["):
        format_, root = Format.ARCHITECTURE_JSON, decode_architecture(stripped, path.name, place)
    else:
        format_, root = (
            Format.ARCHITECTURE_YAML,
            decode_architecture(parse_yaml(text, place), path.name, place),
        )
    return LegacyArtifact(
        source=path,
        sha256=sha256_of(path),
        format=format_,
        writer=architecture_writer(root),
        architecture=root,
        metadata={
            k: v for k, v in root.items() if k not in _ROOT_KEYS | {"class_name", "config"} and _short(v)
        },
    )


def architecture_writer(root: dict[str, Any]) -> Writer:
    """The writer that an architecture names (``keras_version``, ``backend``), or its era."""
    keras, backend = root.get("keras_version"), root.get("backend")
    if isinstance(keras, str):
        return stored_writer(keras, backend if isinstance(backend, str) else None)
    return infer_writer(root, (), backend if isinstance(backend, str) else None)


def read_text(path: Path) -> str:
    """The text of an architecture file.

    Raises:
        MigrationError: FMT021 unreadable, SEC004 too long, FMT015 not UTF-8.
    """
    place = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_ARCHITECTURE_BYTES + 1)
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot read {path.name}: {error.strerror}", "Check the path.", place
        ) from error
    if len(data) > MAX_ARCHITECTURE_BYTES:
        raise MigrationError(
            "SEC004", f"{path.name} is longer than any architecture", "Check the file.", place
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MigrationError("FMT015", f"{path.name} is not text", "Check the file.", place) from error


class _PlainLoader(yaml.CSafeLoader):
    """Safe YAML that also knows the Python tags of Keras, as plain values."""


_SEQUENCES = frozenset({"tuple", "list"})
_TEXTS = frozenset({"unicode", "str"})
_SCALARS = frozenset({"int", "long", "float", "bool", "none"}) | _TEXTS
_WRAPPERS = frozenset(
    {"ListWrapper", "DictWrapper", "_DictWrapper", "_TupleWrapper", "TensorShape", "Dimension"}
)
_CONTENTS = ("_storage", "__wrapped__", "_dims", "_value", "listitems", "state")
"""Attributes in which these classes keep what they wrap."""


def _construct_python(loader: Any, tag: str, node: yaml.Node) -> Any:
    """Read the Python tags that Keras wrote as the values they stand for; refuse the others.

    Args:
        loader: constructs the children, by the same rules.
        tag: what follows ``!!python/``.
        node: the tagged node.
    """
    if tag in _SEQUENCES and isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if tag in _SCALARS and isinstance(node, yaml.ScalarNode):
        return node.value if tag in _TEXTS else yaml.safe_load(node.value)
    kind, _, target = tag.partition(":")
    if target.rpartition(".")[2] in _WRAPPERS and kind.startswith("object"):
        if isinstance(node, yaml.SequenceNode):
            arguments = loader.construct_sequence(node, deep=True)
            return arguments[0] if len(arguments) == 1 else arguments
        if isinstance(node, yaml.MappingNode):
            state = loader.construct_mapping(node, deep=True)
            return next((state[key] for key in _CONTENTS if key in state), state)
    raise MigrationError(
        "SEC005",
        f"YAML requests construction of the Python object {target or tag!r} (line {node.start_mark.line + 1})",
        "Keras never needs this, and loading the file elsewhere may run code. Ask its author for JSON.",
    )


_PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", _construct_python)


def parse_yaml(text: str, place: str) -> Any:
    """Parse YAML without constructing anything but plain values.

    Raises:
        MigrationError: FMT015 when it is not YAML, SEC005 for tags that name Python objects, SEC004 for
            bombs.
    """
    if len(text) > MAX_YAML_BYTES:
        raise MigrationError("SEC004", "the YAML is longer than any architecture", _BOMB_HINT, place)
    try:
        _check_events(text, place)
        value = yaml.load(text, Loader=_PlainLoader)
    except MigrationError as error:
        error.place = place
        raise
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        reason = str(error).split("\n", 1)[0]
        raise MigrationError("FMT015", f"not valid YAML: {reason}", "Check the file.", place) from error
    if _expanded_nodes(value) > MAX_YAML_NODES:
        raise MigrationError("SEC004", "the YAML expands through its aliases", _BOMB_HINT, place)
    return value


def _check_events(text: str, place: str) -> None:
    """Refuse deep nesting before anything recursive sees it: events come one by one."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise MigrationError("SEC009", "the YAML is nested too deeply", _BOMB_HINT, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _expanded_nodes(root: Any) -> int:
    """How many nodes a walk would visit: aliased nodes count each time, a cycle counts as endless."""
    sizes: dict[int, int] = {}
    active: set[int] = set()
    todo = [(root, False)]
    while todo:
        node, leaving = todo.pop()
        children = (
            list(node.values()) if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
        )
        if leaving:
            active.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 1) for child in children)
        elif children and id(node) in active:
            return MAX_YAML_NODES + 1
        elif id(node) not in sizes:
            active.add(id(node))
            todo.append((node, True))
            todo.extend((child, False) for child in children if isinstance(child, dict | list | tuple))
    return sizes.get(id(root), 1)


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) and len(str(value)) < 1000
