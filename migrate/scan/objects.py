"""Judges one dictionary of a configuration: what it is, if it is a serialised object or part of one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from migrate.findings import Severity
from migrate.formats.bytecode import bytecode_of, join_place, plain_class
from migrate.formats.wire import Message, WireError
from migrate.scan import names
from migrate.scan.bytecode import bytecode_finding, hint_of
from migrate.scan.nodes import node_of_json, node_of_message
from migrate.scan.operations import judge_node
from migrate.scan.rules import found
from migrate.scan.tensor_functions import is_tensor_attribute, is_tensor_function, is_tensor_method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding
    from migrate.scan.nodes import Node

_OTHER_MODELS = {
    "TFSMLayer": "a SavedModel from a path",
    "KerasLayer": "a module of TensorFlow Hub",
    "ModuleWrapper": "a module of TensorFlow",
    "JaxLayer": "a JAX function",
    "FlaxLayer": "a Flax module",
}
_FUNCTION_NAME = re.compile(r"([\w. -]+>)?[^\W\d]\w*")
"""A name, or ``package>name``: anything else there is meant for a reader other than Keras."""
_GADGETS = frozenset(
    ["get_file", "enable_unsafe_deserialization", "deserialize_keras_object", "func_load", "load_op_library"]
)
"""CVE-2025-8747, CVE-2025-9906: functions that download, disable safe mode, or build whatever they are given."""
_PLAIN_VALUES = frozenset(
    [
        "__tensor__",
        "__numpy__",
        "__bytes__",
        "__lambda__",
        "__keras_tensor__",
        "__tuple__",
        "__ellipsis__",
        "__slice__",
    ]
)
"""Names that a loader takes for values before it looks at any module."""
_OPERATION_LAYERS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_ATTRIBUTE_LAYERS = frozenset({"InstanceMethod", "InstanceProperty"})


def judge_object(
    value: dict[str, Any], place: str, inside: frozenset[str], *, training: bool
) -> Iterator[Finding]:
    """Findings of one dictionary; its children are not judged.

    Args:
        value: the dictionary.
        place: of what holds it, for messages.
        inside: names of the vocabulary files that the artifact itself contains; see `_judge_paths`.
        training: whether it belongs to a compile configuration, which holds a model's custom losses.
    """
    place = join_place(place, value)
    for key, code in bytecode_of(value):
        owner = plain_class(value.get("class_name")) or "the configuration"
        yield bytecode_finding(code, f"{owner}: {key!r} is Python bytecode", place, hint_of(value))
    name = value.get("class_name")
    if isinstance(name, str):
        yield from _judge_class(plain_class(name), value, place)
    module = value.get("module")
    if isinstance(module, str) and any(k in value for k in ("class_name", "spec_name", "registered_name")):
        yield from _judge_module(module, value, place, training=training)
    else:
        yield from _judge_registered(value, place)
    for key, text in value.items():
        if isinstance(text, str) and key != "name":
            # in YAML a key may be a number, or true
            yield from _judge_text(str(key), text, place, named="class_name" in value)
    yield from _judge_paths(value, place, inside)


def _judge_registered(value: dict[str, Any], place: str) -> Iterator[Finding]:
    """An object without a module is looked up among the registered custom objects."""
    registered = value.get("registered_name")
    if isinstance(registered, str) and re.search("[>.]", registered):
        package = re.split("[>.]", registered)[0]
        if package.lower() not in ("keras", "custom", "builtins"):
            yield found("SEC002", f"names the registered object {registered[:80]!r}", place, Severity.WARNING)


def _judge_text(key: str, text: str, place: str, *, named: bool) -> Iterator[Finding]:
    """The module of a Lambda's function, and the Keras functions that every published attack used."""
    if text.rpartition(".")[2] in _GADGETS:
        yield found("SEC002", f"{key!r} names the function {text[:80]!r}", place)
    elif not named and (key == "module" or key.endswith("_module")) and names.is_outside(text):
        severity = Severity.ERROR if names.is_dangerous_module(text) else Severity.WARNING
        yield found("SEC002", f"{key!r} is the module {text[:80]!r}", place, severity)


def _judge_class(name: str, value: dict[str, Any], place: str) -> Iterator[Finding]:
    config = value.get("config")
    inner = config if isinstance(config, dict) else {}
    if name == "Lambda":
        function = inner.get("function")
        if isinstance(function, str) and inner.get("function_type") != "lambda":
            message = f"Lambda calls its author's function {function[:60]!r}"
            severity = Severity.WARNING if _FUNCTION_NAME.fullmatch(function) else Severity.ERROR
            yield found("SEC002", message, place, severity)
    elif name == "TorchModuleWrapper":
        yield found("SEC010", "TorchModuleWrapper unpickles a PyTorch module", place)
    elif name in _OTHER_MODELS:
        yield from _judge_other_model(name, inner, place)
    elif name in _OPERATION_LAYERS:
        if not is_tensor_function(inner.get("function")):
            yield found("SEC007", f"{name} calls {str(inner.get('function'))[:80]!r}", place)
    elif name == "ClassMethod":
        symbol, method = inner.get("cls_symbol"), inner.get("method_name")
        if not is_tensor_method(symbol, method):
            yield found("SEC007", f"ClassMethod calls {str(method)[:60]!r} of {str(symbol)[:60]!r}", place)
    elif name in _ATTRIBUTE_LAYERS:
        if not is_tensor_attribute(inner.get("attr_name")):
            yield found(
                "SEC007", f"{name} accesses the attribute {str(inner.get('attr_name'))[:60]!r}", place
            )
    elif name == "TensorFlowOpLayer":
        node = _wrapped_node(inner.get("node_def"))
        if node is None:
            yield found("SEC014", "TensorFlowOpLayer names no operation", place)
        else:
            yield from judge_node(node, place, alone=True)


def _wrapped_node(value: Any) -> Node | None:
    """The ``NodeDef`` of a TensorFlowOpLayer: an object, or the text of its JSON or of its bytes (TF 1.14 to 2.0)."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            try:
                return node_of_message(Message(value.encode("utf-8", "surrogatepass")))
            except WireError:
                return None
    return node_of_json(value) if isinstance(value, dict) else None


def _judge_other_model(name: str, config: dict[str, Any], place: str) -> Iterator[Finding]:
    if name == "KerasLayer" and not any(key in config for key in ("handle", "_handle")):
        return  # a different class of that name
    where = config.get("filepath") or config.get("handle") or config.get("_handle") or "its configuration"
    severity = Severity.WARNING if name in ("KerasLayer", "ModuleWrapper") else Severity.ERROR
    yield found("SEC011", f"{name} loads {_OTHER_MODELS[name]}: {str(where)[:100]}", place, severity)


def _judge_module(module: str, value: dict[str, Any], place: str, *, training: bool) -> Iterator[Finding]:
    """A loader imports ``module`` and looks up the class or function in it, by its name or by its registered name."""
    function = value.get("class_name") == "function"
    key = "config" if function else "spec_name" if value.get("class_name") == "__typespec__" else "class_name"
    wanted = [value.get(key)]
    registered = value.get("registered_name")
    if isinstance(registered, str) and ">" not in registered and registered not in ("function", *wanted):
        wanted.append(registered)
    for name in wanted:
        if function:
            yield from _judge_function(module, name, place, training=training)
        else:
            yield from _judge_name(module, name, place)


def _judge_function(module: str, name: object, place: str, *, training: bool) -> Iterator[Finding]:
    if names.is_keras_function(module, name):
        return
    # "package>name" is looked up among registered objects; no module has an attribute of that name.
    registered = module == "builtins" and isinstance(name, str) and ">" in name
    own = training and isinstance(name, str) and name.isidentifier() and not names.is_dangerous_module(module)
    severity = Severity.WARNING if registered or own else Severity.ERROR
    yield found("SEC002", f"names the function {str(name)[:60]!r} of {module[:60]!r}", place, severity)


def _judge_name(module: str, name: object, place: str) -> Iterator[Finding]:
    if not isinstance(name, str):
        if names.is_dangerous_module(module):
            yield found("SEC002", f"names the module {module[:60]!r}", place)
        return
    if name in _PLAIN_VALUES or names.is_keras_class(module, name):
        return
    hostile = names.is_dangerous_module(module) and not names.is_friend(module)
    severity = Severity.ERROR if hostile else Severity.WARNING
    yield found("SEC002", f"names the class {name[:60]!r} of {module[:60]!r}", place, severity)


def _judge_paths(value: dict[str, Any], place: str, inside: frozenset[str]) -> Iterator[Finding]:
    """Vocabularies and similar values that are files; a list of words, however odd, is one vocabulary.

    A SavedModel stores a vocabulary's file as an asset, from which its graph reads. A migration then does not use the
    path and takes the words from the asset; Keras would still read the path.
    """
    for key in names.PATH_KEYS & value.keys():
        text = value[key]
        if isinstance(text, str) and text and (key.startswith("vocab") or names.looks_like_path(text)):
            message = f"{key!r} is read from {text[:100]!r}"
            name = re.split(r"[\\/]", text)[-1]
            if key == "vocabulary" and name in inside:
                message += f" by Keras; the words are also in assets/{name[:100]}, and are taken from there"
                yield found("SEC012", message, place, Severity.WARNING)
            else:
                yield found("SEC012", message, place)
