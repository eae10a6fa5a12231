"""Make text from files safe to show on one line of a terminal, a log or a page.

The author of a model, an archive or a repository chooses the names in it. Printed raw, escape sequences recolour, hide
and overwrite text on the terminal, a line break forges one of our lines, and direction marks show a name
backwards.
"""

from __future__ import annotations

import re

# Joiners (U+200C, U+200D) are allowed: scripts and emoji need them.
_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls of ISO 6429, escape and line breaks among them
    "\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # unseen, or turning
    "\ud800-\udfff"  # bytes of a name that are no UTF-8, as Python keeps them (PEP 383)
    "\U000e0000-\U000e007f"  # tags: unseen
    "]"
)


def printable(text: object) -> str:
    """The text with invisible and formatting characters replaced by Python escapes such as ``\\x1b``."""
    return _UNSAFE.sub(_escape, str(text))


def one_line(text: object, limit: int) -> str:
    """An error message on one line, no longer than a finding may be."""
    return " ".join(str(text).split())[:limit]


def shown(text: object) -> str:
    """The same for `rich`, with markup in the text disabled."""
    from rich.markup import escape

    return escape(printable(text))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    named = {9: "\\t", 10: "\\n", 13: "\\r"}
    return named.get(code) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
