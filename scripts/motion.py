"""A terminal's output as an SVG whose lines appear one after the other; it fetches nothing and needs no script.

``python scripts/demo.py --picture docs/images/demo.svg`` draws what the demonstration printed.
"""

from __future__ import annotations

import re

from rich.console import Console

STEP = 0.22
"""Seconds between two lines."""
PAUSE = 1.2
"""Seconds before a line that begins with a command, as long as a reader needs for what stands above it."""


def moving(console: Console, title: str, commands: str = "keras-migrate ") -> str:
    """The SVG of what a recording console printed.

    Args:
        console: made with ``record=True``.
        title: of the terminal's window.
        commands: a line that begins so comes after a pause.
    """
    texts = console.export_text(clear=False).splitlines()
    svg = console.export_svg(title=title)
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)  # rich names fonts of another host
    svg = svg.replace("Fira Code, ", "")
    prefix = re.search(r"url\(#([\w-]+)-line-0\)", svg)
    assert prefix is not None
    rules, at = [], 0.4
    for number, text in enumerate(texts):
        at += PAUSE if text.startswith(commands) else STEP if text.strip() else 0
        rules.append(f'text[clip-path="url(#{prefix[1]}-line-{number})"]{{animation-delay:{at:.2f}s}}')
    style = (
        "<style>@media (prefers-reduced-motion: no-preference){"
        "text[clip-path]{opacity:0;animation:appear .15s linear forwards}"
        f"{''.join(rules)}}}@keyframes appear{{to{{opacity:1}}}}</style>"
    )
    head = svg.index("<style>")
    end = svg.index("</style>", head) + len("</style>")
    return svg[:end] + style + svg[end:]
