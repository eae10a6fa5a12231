"""Scans ``.npy`` content: an array of objects is a pickle behind a header.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The header is a Python literal
in any order and with any escapes, so it is evaluated as numpy does, and its dtype is checked.
"""

from __future__ import annotations

import ast
import math
import re
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from migrate.findings import Severity
from migrate.scan.pickles import MAX_BYTES, scan_pickle
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding

NUMPY_MAGIC = b"\x93NUMPY"
MAX_HEADER = 1 << 20
MAX_ARRAYS = 10_000


def scan_numpy(stream: BinaryIO, place: str) -> Iterator[Finding]:
    """Findings of the consecutive arrays from the stream's current position."""
    for _ in range(MAX_ARRAYS):
        head = stream.read(len(NUMPY_MAGIC) + 2)
        if not head:
            return
        if not head.startswith(NUMPY_MAGIC) or len(head) < len(NUMPY_MAGIC) + 2:
            yield found("SEC014", "other content follows the array", place)
            return
        try:
            dtype, count = _header(stream, head[6])
        except (
            ValueError,
            SyntaxError,
            TypeError,
            KeyError,
            RecursionError,
            MemoryError,
            OverflowError,
        ) as error:
            yield found("SEC014", f"the header of the array cannot be read: {error}", place)
            return
        if dtype.hasobject:
            message = "an array of objects: a pickle, which numpy loads with allow_pickle"
            yield found("SEC008", message, place, Severity.WARNING)
            yield from scan_pickle(stream.read(MAX_BYTES + 1), place)
            return
        stream.seek(count * dtype.itemsize, 1)
    yield found("SEC014", f"more than {MAX_ARRAYS:,} arrays", place)


def _header(stream: BinaryIO, major: int) -> tuple[np.dtype[Any], int]:
    """The dtype and the number of values.

    Raises:
        ValueError: it is not a header; also SyntaxError, TypeError and KeyError.
    """
    width = 2 if major == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > MAX_HEADER:
        raise ValueError(f"{length:,} bytes long")
    text = stream.read(length).decode("utf-8" if major >= 3 else "latin-1")
    try:
        header = ast.literal_eval(text.strip())
    except SyntaxError:
        header = ast.literal_eval(re.sub(r"(\d)L\b", r"\1", text.strip()))  # written by Python 2
    dtype: np.dtype[Any] = np.lib.format.descr_to_dtype(header["descr"])
    return dtype, math.prod(int(size) for size in header["shape"])
