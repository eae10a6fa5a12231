"""Functions as a configuration holds them, compiled by the running Python and never called."""

from __future__ import annotations

import base64
import marshal
from types import CodeType
from typing import Any


def of_source(source: str, **changes: Any) -> list[Any]:
    """``f`` of a module's source as a configuration holds it, with fields of its code replaced."""
    module = compile(source, "author.py", "exec")
    (code,) = (c for c in module.co_consts if isinstance(c, CodeType))
    return of_code(code.replace(**changes))


def of_code(code: CodeType) -> list[Any]:
    """A code object as a configuration holds it."""
    return [base64.b64encode(marshal.dumps(code)).decode("ascii"), None, None]


def of_bytes(data: bytes) -> list[Any]:
    """Any bytes in the place of code."""
    return [base64.b64encode(data).decode("ascii"), None, None]
