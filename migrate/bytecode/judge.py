"""Whether bytecode names nothing but what is on the allow-list: looked at, neither executed nor interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.bytecode.api import global_value
from migrate.bytecode.api.names import is_module, known_names
from migrate.bytecode.attributes import ATTRIBUTES
from migrate.bytecode.decode import decode, functions_in, readings
from migrate.bytecode.errors import Refused
from migrate.bytecode.lambdas import read_function
from migrate.bytecode.marshal import Code
from migrate.bytecode.steps import STEPS
from migrate.bytecode.values import UNLISTED


def judge(value: Any) -> None:
    """Look at every instruction and every name of a function and of those inside it.

    Args:
        value: as the configuration of a layer holds it.

    Raises:
        Refused: with the first instruction or name that is not on the allow-list in any reading.
    """
    code, _, _ = read_function(value)
    found = [refusal for version in readings(code) for refusal in _refusals(code, version)]
    # A value that is missing can be given; it must not hide a name that cannot.
    for refusal in sorted(found, key=lambda refusal: bool(refusal.missing)):
        raise refusal


def _refusals(code: Code, version: str) -> Iterator[Refused]:
    members = known_names() | ATTRIBUTES
    for function in functions_in(code):
        for instruction in decode(function, version):
            op, name = instruction.op, instruction.arg
            text = instruction.text
            if op not in STEPS and op != "return":
                yield Refused(f"{instruction.opcode} is not on the allow-list", instruction=text)
            elif op == "global" and global_value(name) is UNLISTED:
                yield Refused(f"the global {name!r} is not in the file", missing=name, instruction=text)
            elif op == "import" and not is_module(name):
                yield Refused(f"the module {name!r} is not on the allow-list", instruction=text)
            elif op in ("attr", "import_from") and name not in members:
                yield Refused(f"the name {name!r} is not on the allow-list", instruction=text)
