"""Source files as bytes and text: encodings, line ends, offsets. All reading goes through here."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.libraries import mentioned

MARKERS = (b"keras", b"Keras", b"tensorflow", b"KERAS", b"_generator(", b"predict_classes", b"add_weight")
"""Bytes of which one must occur in a file that any rule can say something about."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_BATCH = re.compile(rb"\b(?:yield|return)\s*\(?\s*[\[{]|\byield\s+\w+\s*,\s*\w")
"""A display, or a pair, that a function gives: perhaps a batch for a model of another file."""


class SourceError(Exception):
    """A file that cannot be read as Python: what is wrong, and where."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def concerns(data: bytes) -> bool:
    """Whether a file may have to do with Keras; the first gear, a few byte searches."""
    return any(marker in data for marker in MARKERS)


def matters(data: bytes) -> bool:
    """Whether a rule may have something to say about a Python file.

    Of Keras, of the libraries beside it, or of what a generator yields to a model of another file.
    """
    return concerns(data) or mentioned(data) or (b"yield" in data and _BATCH.search(data) is not None)


@dataclass(frozen=True)
class Source:
    """The text of a Python file and what is needed to write it back byte for byte.

    Attributes:
        path: where it came from; a placeholder for snippets.
        text: decoded, line ends as in the file, without the byte order mark.
        encoding: codec that the file declares.
        bom: the byte order mark that stood in front.
    """

    path: Path
    text: str
    encoding: str = "utf-8"
    bom: bytes = b""

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read a file. Raises OSError and `SourceError`."""
        return cls.decode(path.read_bytes(), path)

    @classmethod
    def decode(cls, data: bytes, path: Path) -> Source:
        """Decode by the byte order mark and the PEP 263 cookie. Raises `SourceError`."""
        bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            encoding = "utf-8" if encoding == "utf-8-sig" else encoding
            text = data[len(bom) :].decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError) as error:
            raise SourceError(f"cannot decode: {error}") from error
        return cls(path, text, encoding, bom)

    def encode(self, text: str) -> bytes:
        """The bytes of a changed text, in this file's encoding. Raises `SourceError` when it cannot."""
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SourceError(
                f"the rewritten text does not fit the encoding {self.encoding}: {error}"
            ) from error

    def parse(self) -> ast.Module:
        """The syntax tree. Raises `SourceError` for whatever the parser refuses."""
        return parse(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of each line's first character."""
        return [0, *map(re.Match.end, _LINE_END.finditer(self.text))]

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        starts = self.line_starts
        return [
            self.text[start:end].rstrip("\r\n")
            for start, end in zip(starts, [*starts[1:], len(self.text)], strict=True)
        ]

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, line: int, column: int) -> int:
        """The character offset of an ``ast`` position (line from 1, column in UTF-8 bytes)."""
        start = self.line_starts[line - 1]
        if self._ascii:
            return start + column
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end offset of a node that has a position."""
        end_line, end_column = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self.offset(end_line, end_column)

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]


_PYTHON_2 = (
    "Missing parentheses in call to",
    "leading zeros in decimal integer literals",
    "multiple exception types must be parenthesized",
)
"""How the parser begins to say what it makes of ``print x``, ``0777`` and ``except A, e``."""
_PYTHON_2_HINT = ": this is Python 2; convert the file first, with `2to3 -w` of Python 3.12 or older"


def parse(text: str) -> ast.Module:
    """Parse Python. Raises `SourceError` for whatever the parser refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in other people's strings
            return ast.parse(text)
    except SyntaxError as error:
        hint = _PYTHON_2_HINT if error.msg.startswith(_PYTHON_2) else ""
        raise SourceError(f"{error.msg} (line {error.lineno}){hint}", error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"{type(error).__name__}: {error}") from error
