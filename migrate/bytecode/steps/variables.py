"""Variables, names and constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.bytecode import attributes
from migrate.bytecode.api.names import import_from, imported
from migrate.bytecode.errors import Refused
from migrate.bytecode.frame import Frame
from migrate.bytecode.marshal import Layout
from migrate.bytecode.steps.step import Interpreter, Step, push
from migrate.bytecode.values import UNSET, Cell


def _const(machine: Interpreter, frame: Frame, value: Any) -> None:
    push(frame, value)


def _fast(machine: Interpreter, frame: Frame, name: str) -> None:
    if frame.function.code.layout is Layout.PYTHON_311 and name in frame.cells:
        push(frame, frame.cells[name])  # 3.13 loads the cells of a closure like variables
        return
    value = frame.variables.get(name, UNSET)
    if value is UNSET:
        raise Refused(f"reads {name!r} before it is assigned")
    push(frame, value)


def _store(machine: Interpreter, frame: Frame, name: str) -> None:
    frame.variables[name] = frame.pop()


def _delete(machine: Interpreter, frame: Frame, name: str) -> None:
    frame.variables[name] = UNSET


def _clear(machine: Interpreter, frame: Frame, name: str) -> None:
    push(frame, frame.variables.get(name, UNSET))
    frame.variables[name] = UNSET


def _cell(frame: Frame, name: str) -> Cell:
    cell = frame.cells.get(name)
    if cell is None:
        raise Refused(f"{name!r} is not a shared variable")
    return cell


def _deref(machine: Interpreter, frame: Frame, name: str) -> None:
    value = _cell(frame, name).value
    if value is UNSET:
        raise Refused(f"reads {name!r} before it is assigned")
    push(frame, value)


def _store_deref(machine: Interpreter, frame: Frame, name: str) -> None:
    _cell(frame, name).value = frame.pop()


def _closure(machine: Interpreter, frame: Frame, name: str) -> None:
    push(frame, _cell(frame, name))


def _global(machine: Interpreter, frame: Frame, name: str) -> None:
    push(frame, machine.global_(name))


def _attr(machine: Interpreter, frame: Frame, name: str) -> None:
    push(frame, attributes.attribute(machine.recorder, frame.pop(), name))


def _import(machine: Interpreter, frame: Frame, name: str) -> None:
    names, level = frame.pop(), frame.pop()
    if level not in (0, -1):
        raise Refused(f"imports {name!r} from its own package")
    push(frame, imported(name, bool(names)))


def _import_from(machine: Interpreter, frame: Frame, name: str) -> None:
    push(frame, import_from(frame.peek(1), name))


STEPS: Mapping[str, Step] = {
    "attr": _attr,
    "clear": _clear,
    "closure": _closure,
    "const": _const,
    "delete": _delete,
    "deref": _deref,
    "fast": _fast,
    "global": _global,
    "import": _import,
    "import_from": _import_from,
    "store": _store,
    "store_deref": _store_deref,
}
