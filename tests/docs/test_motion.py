"""The picture in motion: every line appears, in order, and nothing comes from elsewhere."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from rich.console import Console

from scripts.motion import moving


def test_lines_appear_in_order_and_nothing_is_fetched() -> None:
    console = Console(record=True, width=60, file=io.StringIO())
    for text in (
        "A project",
        "keras-migrate code project",
        "  [green]+ from keras.layers import Layer[/]",
        "",
        "done",
    ):
        console.print(text)
    svg = moving(console, "demo")
    ElementTree.fromstring(svg)
    delays = [float(delay) for delay in re.findall(r"animation-delay:([\d.]+)s", svg)]
    assert len(delays) == 5
    assert delays == sorted(delays)
    assert delays[1] - delays[0] > delays[2] - delays[1], "a command comes after a pause"
    assert "@font-face" not in svg
    assert not re.findall(r"(?:href|src|url\()\W*https?:", svg)
    assert "prefers-reduced-motion" in svg
