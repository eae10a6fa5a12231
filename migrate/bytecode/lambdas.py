"""Interprets the function of a ``Lambda`` layer as its configuration holds it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.decode import readings
from migrate.bytecode.errors import Refused
from migrate.bytecode.from_source import RUNNING
from migrate.bytecode.graph import Call, fingerprint, tensors_in
from migrate.bytecode.machine import Machine
from migrate.bytecode.marshal import MAX_BYTES, Code, read_code
from migrate.bytecode.source import as_source
from migrate.bytecode.values import Cell, Function, JsonList, Sizes, Tensor
from migrate.bytecode.writers import pythons_of, tensorflow_of


@dataclass(frozen=True, slots=True)
class Writer:
    """What is known of who wrote the file.

    Attributes:
        keras: version; ``tf_keras`` says that it is the one inside TensorFlow.
        data_format: of images in the model; empty where it is not known.
        floatx: dtype of floats that the author had configured.
    """

    keras: Version
    tf_keras: bool
    data_format: str = "channels_last"
    floatx: str = "float32"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a function computes.

    Attributes:
        calls: of TensorFlow functions; those that nothing depends on are among them.
        results: a tensor, or a list or dictionary of tensors.
        versions: of Python, as whose bytecode the function was read with this result.
        source: the same as Python, for a person.
    """

    calls: tuple[Call, ...]
    results: Any
    versions: tuple[str, ...]
    source: str


def raw_bytecode(text: str) -> bytes:
    """The marshalled bytes in a configuration: base64 since Keras 2.0.9, escaped bytes before.

    Raises:
        Refused: the text is neither.
    """
    if len(text) > 2 * MAX_BYTES:
        raise Refused(f"{len(text):,} characters of bytecode")
    try:
        return base64.b64decode(re.sub(r"\s", "", text).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return text.encode("raw_unicode_escape")


def read_function(value: Any) -> tuple[Code, tuple[Any, ...], tuple[Any, ...]]:
    """Code, defaults and closed-over values of what ``func_dump`` of Keras 1 and 2 writes.

    Raises:
        Refused: the value has another form, or its bytecode cannot be read.
    """
    value = _listed(value)
    if isinstance(value, Mapping) and value.get("class_name") == "__lambda__":
        value = value.get("config")
    if isinstance(value, Mapping):  # since Keras 2.13
        value = value.get("value", [value.get(part) for part in ("code", "defaults", "closure")])
    parts = [value, None, None] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) != 3 or not isinstance(parts[0], str):
        raise Refused("the function is not stored in a form that Keras writes")
    defaults, closure = (tuple(from_json(item) for item in _listed(part) or ()) for part in parts[1:])
    return read_code(raw_bytecode(parts[0])), defaults, closure


def _listed(value: Any) -> Any:
    """The elements of a tuple as SavedModels write it; anything else as it is."""
    if isinstance(value, Mapping) and value.get("class_name") == "__tuple__":
        return value.get("items")
    return value


def from_json(value: Any) -> Any:
    """A value of the configuration: lists may have been arrays or tuples."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__tuple__":
            return tuple(from_json(item) for item in value.get("items", ()))
        if value.get("type") == "ndarray":
            return from_json(value.get("value"))
        return {str(key): from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return JsonList(from_json(item) for item in value)
    return value


def interpret(
    value: Any,
    inputs: Any,
    arguments: Mapping[str, Any],
    writer: Writer,
    defined: Mapping[str, Any],
) -> Recovered:
    """What the function of a layer computes of its inputs.

    The version of Python is not in the file. Every version whose bytecode it can be is tried; readings that differ
    are settled by what the writer's Keras supported, or not at all.

    Args:
        value: as the configuration holds it: code, defaults, closure.
        inputs: a :class:`Tensor`, or a list of them, with nodes -1, -2, …
        arguments: of the layer, passed by name.
        writer: of the file.
        defined: values of globals that the user gave.

    Raises:
        Refused: nothing of it was executed.
    """
    code, defaults, closure = read_function(value)
    results: dict[str, Recovered | Refused] = {}
    for version in readings(code):
        try:
            values = deepcopy((defaults, closure))  # each reading may change what it is given
            results[version] = _read_as(version, code, *values, inputs, arguments, writer, defined)
        except Refused as refusal:
            results[version] = refusal
    if len({_summary(result) for result in results.values()}) > 1:
        likely = pythons_of(writer.keras, tuple(results))
        results = {version: results[version] for version in likely} or results
    if len({_summary(result) for result in results.values()}) > 1:
        raise Refused(f"has a different meaning as bytecode of Python {', '.join(results)}")
    result = next(iter(results.values()))
    if isinstance(result, Refused):
        raise result
    return Recovered(result.calls, result.results, tuple(results), result.source)


def interpret_source(
    name: str,
    inputs: Any,
    arguments: Mapping[str, Any],
    writer: Writer,
    defined: Mapping[str, Any],
) -> Recovered:
    """What a function of the user's source computes, by its name among what :func:`.from_source.read_source` gave.

    Raises:
        Refused: nothing of it was executed.
    """
    function = defined[name]
    if not isinstance(function, Function):
        raise Refused(f"{name!r} is not a function")
    return _interpreted(RUNNING, function, inputs, arguments, writer, defined)


def returns_none(value: Any, inputs: Any, writer: Writer, defined: Mapping[str, Any]) -> bool:
    """Whether a function of inputs and their mask, as a ``Lambda`` takes for ``mask``, returns None: no mask at all.

    Args:
        value: as the configuration holds it.
        inputs: of the layer; they have no mask.
        writer: of the file.
        defined: values of globals that the user gave.

    Raises:
        Refused: its bytecode cannot be read, or does what is not interpreted.
    """
    code, defaults, closure = read_function(value)
    found = []
    for version in readings(code):
        given = deepcopy((defaults, closure))
        function = Function(code, tuple(given[0]), closure=tuple(map(Cell, given[1])))
        recorder = Recorder(
            tensorflow=tensorflow_of(writer.keras, writer.tf_keras),
            data_format=writer.data_format,
            floatx=writer.floatx,
        )
        found.append(Machine(version, recorder, defined).call(function, (inputs, None), {}))
    return all(result is None for result in found)


def _summary(result: Recovered | Refused) -> str:
    if isinstance(result, Refused):
        return f"refused: {result.reason} {result.missing}"
    return fingerprint(list(result.calls), result.results)


def _read_as(
    version: str,
    code: Code,
    defaults: Sequence[Any],
    closure: Sequence[Any],
    inputs: Any,
    arguments: Mapping[str, Any],
    writer: Writer,
    defined: Mapping[str, Any],
) -> Recovered:
    own = tuple(defaults)[-code.argcount or len(defaults) :]
    function = Function(code, own, closure=tuple(map(Cell, closure)))
    return _interpreted(version, function, inputs, arguments, writer, defined)


def _interpreted(
    version: str,
    function: Function,
    inputs: Any,
    arguments: Mapping[str, Any],
    writer: Writer,
    defined: Mapping[str, Any],
) -> Recovered:
    code = function.code
    recorder = Recorder(
        tensorflow=tensorflow_of(writer.keras, writer.tf_keras),
        data_format=writer.data_format,
        floatx=writer.floatx,
    )
    machine = Machine(version, recorder, defined)
    given = {name: from_json(argument) for name, argument in arguments.items()}
    results = _plain(machine.call(function, (inputs,), given), recorder)
    names = code.varnames[:1] or ("x",)
    count = len(list(tensors_in(inputs)))
    shown = [names[0]] if isinstance(inputs, Tensor) else [f"{names[0]}[{i}]" for i in range(count)]
    return Recovered(
        tuple(recorder.graph.calls), results, (version,), as_source(recorder.graph.calls, shown, results)
    )


def _plain(results: Any, recorder: Recorder) -> Any:
    """The returned structure, of tensors only.

    Raises:
        Refused: the function returns something else.
    """
    if isinstance(results, Tensor):
        return results
    if isinstance(results, Sizes):
        return recorder.tensor("stack", list(results), 0)
    if isinstance(results, list | tuple) and results:
        return [_plain(result, recorder) for result in results]
    raise Refused(f"returns a {type(results).__name__}, which is not a tensor")


def parameters_of(value: Any) -> tuple[str, ...]:
    """Names of the parameters of a function in a configuration.

    Raises:
        Refused: its bytecode cannot be read.
    """
    code, _, _ = read_function(value)
    return code.varnames[: code.argcount + code.kwonlyargcount]
