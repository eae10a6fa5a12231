"""Compiled functions, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

from migrate.bytecode.lambdas import Recovered, Writer, interpret
from migrate.bytecode.values import Shape, Tensor

COMPILED = Path(__file__).parent / "compiled"
VERSIONS = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
WRITER = Writer(Version("2.4.0"), tf_keras=True)


def compiled(version: str) -> dict[str, Any]:
    """Functions of ``cases.py`` by name, as that Python compiled them."""
    value: dict[str, Any] = json.loads((COMPILED / f"{version}.json").read_text("utf-8"))
    return value


def recovered(
    function: Any,
    *,
    shape: Shape = (None, 5, 4),
    inputs: int = 1,
    arguments: Mapping[str, Any] | None = None,
    defined: Mapping[str, Any] | None = None,
    writer: Writer = WRITER,
) -> Recovered:
    """What a function computes of float tensors of one shape."""
    tensors = [Tensor(-1 - i, 0, shape, "float32") for i in range(inputs)]
    given: Any = tensors[0] if inputs == 1 else tensors
    return interpret(function, given, arguments or {}, writer, defined or {})
