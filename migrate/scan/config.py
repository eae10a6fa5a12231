"""Looks through a configuration: every dictionary at every depth, whoever may read it later.

A loader reaches nested dictionaries through many doors (wrappers, nested models, losses, node arguments), so
the walk does not follow Keras' structure: whatever looks like a serialised object anywhere is judged as one,
and text that is itself JSON is opened too.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.findings import Severity
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, MAX_DEPTH
from migrate.scan import names
from migrate.scan.operations import judge_operation
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding

MAX_NODES = 5_000_000
"""Values in one configuration; the largest seen in the wild has 0.1 million."""
MAX_PLACES = 20
"""Findings of one kind that are listed one by one."""

NO_FILES: frozenset[str] = frozenset()
_CODE_CLASSES = frozenset({"__lambda__", "PythonLambda"})
_OTHER_MODELS = {
    "TFSMLayer": "a SavedModel from a path",
    "KerasLayer": "a module of TensorFlow Hub",
    "ModuleWrapper": "a module of TensorFlow",
    "JaxLayer": "a JAX function",
    "FlaxLayer": "a Flax module",
}
_NODE_OP = re.compile(r"""["']?\bop["']?\s*:\s*["'](\w+)["']""")
_MARSHALLED = (b"\xe3", b"c\x00", b"c\x01", b"c\x02", b"c\x03")


class _Duplicate(dict[str, Any]):
    """A JSON object in which one key stood twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Duplicate(made)


def scan_json(text: str | bytes, place: str, inside: frozenset[str] = NO_FILES) -> list[Finding]:
    """All findings of a configuration as text: JSON, once or twice encoded; ``inside`` as in `scan_value`."""
    if len(text) > MAX_ARCHITECTURE_BYTES:
        return [found("SEC004", f"{len(text):,} bytes of JSON", place)]
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        return [found("SEC009", "the JSON is nested beyond what a reader can follow", place)]
    except ValueError as error:
        return [found("SEC014", f"the configuration is no JSON: {error}", place)]
    return scan_value(value, place, inside)


def scan_value(value: Any, place: str, inside: frozenset[str] = NO_FILES) -> list[Finding]:
    """All findings of a configuration as decoded JSON; each of one kind and place is told once.

    Args:
        value: the configuration.
        place: for messages.
        inside: names of the files of words that the artifact has itself; see `_judge_paths`.
    """
    kept: dict[tuple[str, str, str], Finding] = {}
    count: dict[str, int] = {}
    for finding in _walk(value, place, inside):
        # the walk meets one Lambda several times: as a class, as a type, as a list
        message = "" if finding.code == "SEC001" else finding.message
        key = (finding.code, message, finding.place)
        if key not in kept and count.get(finding.code, 0) < MAX_PLACES:
            kept[key] = finding
            count[finding.code] = count.get(finding.code, 0) + 1
    return list(kept.values())


@dataclass(frozen=True, slots=True)
class _Node:
    value: Any
    place: str
    depth: int
    training: bool


def _walk(root: Any, place: str, inside: frozenset[str]) -> Iterator[Finding]:
    stack = [_Node(root, place, 0, False)]
    seen = 0
    while stack:
        node = stack.pop()
        seen += 1
        if seen > MAX_NODES:
            yield found("SEC004", f"the configuration has more than {MAX_NODES:,} values", place)
            return
        if node.depth > MAX_DEPTH:
            yield found("SEC009", f"nested deeper than {MAX_DEPTH} levels", place)
            return
        value = node.value
        if isinstance(value, dict):
            yield from _judge(value, node, inside)
            inner = _inner_place(value, node.place)
            for key, child in value.items():
                if isinstance(child, dict | list | str):
                    training = node.training or key in ("compile_config", "training_config")
                    stack.append(_Node(child, inner, node.depth + 1, training))
        elif isinstance(value, list):
            if _is_bytecode(value):
                yield found("SEC001", "a list holds marshalled bytecode", node.place)
            stack += [
                _Node(child, node.place, node.depth + 1, node.training)
                for child in value
                if isinstance(child, dict | list | str)
            ]
        elif not isinstance(value, str):
            continue
        elif '"' in value and value.lstrip()[:1] in ("{", "[") and len(value) <= MAX_ARCHITECTURE_BYTES:
            try:
                decoded = json.loads(value, object_pairs_hook=_object)
            except (ValueError, RecursionError):
                continue  # text that only begins like JSON is text
            stack.append(_Node(decoded, node.place, node.depth + 1, node.training))


def _inner_place(value: dict[str, Any], place: str) -> str:
    config = value.get("config")
    name = value.get("name") or (config.get("name") if isinstance(config, dict) else None)
    if not isinstance(name, str) or "class_name" not in value:
        return place
    return f"{place}/{name[:100]}" if place else name[:100]


def _judge(value: dict[str, Any], node: _Node, inside: frozenset[str]) -> Iterator[Finding]:
    """What one dictionary is, if it is a serialised object or part of one."""
    if isinstance(value, _Duplicate):
        yield found("SEC006", "a key stands twice in one JSON object", node.place)
    place = _inner_place(value, node.place)
    class_name = value.get("class_name")
    if isinstance(class_name, str):
        yield from _judge_class(class_name, value, place)
    if isinstance(value.get("module"), str) and any(
        k in value for k in ("class_name", "spec_name", "registered_name")
    ):
        yield from _judge_module(value["module"], value, place, training=node.training)
    for key, kind in value.items():
        if isinstance(key, str) and key.endswith("_type") and kind == "lambda":
            yield found("SEC001", f"{key[:-5]!r} is a Python lambda", place)
    yield from _judge_paths(value, place, inside)


def _judge_class(name: str, value: dict[str, Any], place: str) -> Iterator[Finding]:
    config = value.get("config")
    inner = config if isinstance(config, dict) else {}
    if name in _CODE_CLASSES:
        yield found("SEC001", f"{name} holds Python bytecode", place)
    elif name == "Lambda":
        yield from _judge_lambda(inner, place)
    elif name == "TorchModuleWrapper":
        yield found("SEC010", "TorchModuleWrapper unpickles a PyTorch module", place)
    elif name in _OTHER_MODELS:
        yield from _judge_other_model(name, inner, place)
    elif name == "TFOpLambda":
        function = inner.get("function")
        if not names.is_tensor_function(function):
            yield found("SEC007", f"TFOpLambda calls {function!r}", place)
    elif name == "TensorFlowOpLayer":
        text = inner.get("node_def")
        operation = _NODE_OP.search(text if isinstance(text, str) else json.dumps(text))
        if operation is None:
            yield found("SEC014", "TensorFlowOpLayer names no operation", place)
        elif (reason := judge_operation(operation.group(1))) is not None:
            yield found(reason.code, reason.message, place, reason.severity)


def _judge_lambda(config: dict[str, Any], place: str) -> Iterator[Finding]:
    """A Lambda by name needs its author's code; by value it brings code along."""
    for key in ("function", "output_shape", "mask"):
        value = config.get(key)
        kind = config.get(f"{key}_type")
        if kind in ("raw", "function") and key != "function":
            continue  # a shape, or a function by its name
        if _is_bytecode(value) or (key == "function" and not isinstance(value, str | dict)):
            yield found("SEC001", f"Lambda: {key!r} is Python bytecode", place)
    if isinstance(config.get("function"), str) and config.get("function_type") != "lambda":
        name = config["function"]
        yield found(
            "SEC002", f"Lambda calls the function {name[:60]!r} of its author", place, Severity.WARNING
        )


def _judge_other_model(name: str, config: dict[str, Any], place: str) -> Iterator[Finding]:
    if name == "KerasLayer" and not any(key in config for key in ("handle", "_handle")):
        return  # another class of that name
    where = config.get("filepath") or config.get("handle") or config.get("_handle") or "its configuration"
    severity = Severity.WARNING if name in ("KerasLayer", "ModuleWrapper") else Severity.ERROR
    yield found("SEC011", f"{name} loads {_OTHER_MODELS[name]}: {str(where)[:100]}", place, severity)


def _judge_module(module: str, value: dict[str, Any], place: str, *, training: bool) -> Iterator[Finding]:
    """A loader imports ``module`` and takes the class or function from it."""
    if value.get("class_name") == "function":
        name = value.get("config")
        if names.is_keras_function(module, name):
            return
        # "package>name" is looked up among registered objects; no module has an attribute of that name.
        registered = module == "builtins" and isinstance(name, str) and ">" in name
        mild = registered or (training and not names.is_dangerous_module(module) and isinstance(name, str))
        severity = Severity.WARNING if mild else Severity.ERROR
        yield found("SEC002", f"names the function {str(name)[:60]!r} of {module[:60]!r}", place, severity)
        return
    name = value.get("spec_name") if value.get("class_name") == "__typespec__" else value.get("class_name")
    if not isinstance(name, str) or names.is_keras_class(module, name):
        if not isinstance(name, str) and names.is_dangerous_module(module):
            yield found("SEC002", f"names the module {module[:60]!r}", place)
        return
    hostile = names.is_dangerous_module(module) and not names.is_friend(module)
    severity = Severity.ERROR if hostile else Severity.WARNING
    yield found("SEC002", f"names the class {name[:60]!r} of {module[:60]!r}", place, severity)


def _judge_paths(value: dict[str, Any], place: str, inside: frozenset[str]) -> Iterator[Finding]:
    """Vocabularies and the like that are files; a list of words, however odd, is one vocabulary.

    A SavedModel takes a vocabulary's file along as an asset, from which its graph reads. Then the path is of no use to
    a migration, which takes the words from the asset; Keras would read the path all the same.
    """
    for key in names.PATH_KEYS & value.keys():
        text = value[key]
        if isinstance(text, str) and text and (key.startswith("vocab") or names.looks_like_path(text)):
            said = f"{key!r} is read from {text[:100]!r}"
            name = re.split(r"[\\/]", text)[-1]
            if key == "vocabulary" and name in inside:
                said = (
                    f"{said} by Keras; the words are also in assets/{name[:100]}, where they are taken from"
                )
                yield found("SEC012", said, place, Severity.WARNING)
            else:
                yield found("SEC012", said, place)


def _is_bytecode(value: Any) -> bool:
    """Whether a value is what Keras' ``func_dump`` gives: code as text, defaults, closure."""
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        return _is_marshalled(value[0])
    return isinstance(value, str) and len(value) > 40 and _is_marshalled(value)


def _is_marshalled(text: str) -> bool:
    """Marshalled code begins with its type, ``c`` or 0xe3; base64 since Keras 2.0.9, escaped bytes before."""
    if text[:1] in ("\xe3", "c") and "\x00" in text[:16]:
        return True
    try:
        head = base64.b64decode(re.sub(r"\s", "", text[:64])[:32], validate=True)
    except (binascii.Error, ValueError):
        return False
    return head.startswith(_MARSHALLED)
