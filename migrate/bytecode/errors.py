"""How bytecode is refused."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - an outcome, raised through the interpreter's frames
    """The bytecode is malformed, out of bounds, or does something that is not on the allow-list.

    Attributes:
        reason: what was met, with the name involved.
        missing: name of a global whose value is not in the file; empty for any other reason.
        instruction: ``LOAD_GLOBAL 'SCALE'``, as ``dis`` writes it; set by the interpreter.
    """

    def __init__(self, reason: str, *, missing: str = "", instruction: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing
        self.instruction = instruction

    def __str__(self) -> str:
        return f"{self.reason} (at {self.instruction})" if self.instruction else self.reason
