"""Where commands print: a terminal is as wide as it is, and a pipe breaks and cuts no line."""

from __future__ import annotations

from rich.console import Console

PIPE_COLUMNS = 10_000
"""For programs that read what is printed: a path or a name stays on its line, whole."""


def stdout() -> Console:
    """The console of a command."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_COLUMNS)
