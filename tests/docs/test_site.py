"""The site: no page without a way to it, and a box that finds the entry of a pasted message."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import errors_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def places(node: Any) -> Iterator[str]:
    """Pages of the navigation."""
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from places(child)


def test_every_page_is_in_the_navigation_or_below_one_that_lists_it() -> None:
    listed = set(places(yaml.safe_load(CONFIG)["nav"]))
    assert {page for page in listed if not (DOCS / page).is_file()} == set()
    for page in (path.relative_to(DOCS) for path in DOCS.rglob("*.md")):
        index = DOCS / page.parent / "index.md"
        below = index.is_file() and f"({page.name}" in index.read_text(encoding="utf-8")
        assert page.as_posix() in listed or below, f"nothing leads to {page}"


def test_the_changelog_of_the_site_is_that_of_the_project() -> None:
    assert (DOCS / "changelog.md").read_text(encoding="utf-8") == '--8<-- "CHANGELOG.md"\n'


def test_messages_are_code_with_their_own_backticks() -> None:
    heads = re.findall(r"^### (.*)$", errors_page.page(), re.MULTILINE)
    assert len(heads) == len(errors_page.entries())
    for head in heads:
        fence = re.match("`+", head)
        assert fence
        assert head.endswith(fence[0])
        assert fence[0] not in head[len(fence[0]) : -len(fence[0])]


PASTED = {
    "Traceback (most recent call last):\n  File 'a.py'\nModuleNotFoundError: No module named 'keras.layers.core'": (
        "No module named 'keras.layers.core'"
    ),
    "ImportError: cannot import name 'np_utils' from 'keras.utils' (/usr/lib/python3/keras/utils/__init__.py)": (
        "cannot import name 'np_utils' from 'keras.utils'"
    ),
    "AttributeError: module 'keras.backend' has no attribute 'learning_phase'": (
        "module 'keras.backend' has no attribute 'learning_phase'"
    ),
    "ValueError: Argument(s) not recognized: {'lr': 0.001}": "Argument(s) not recognized: {'lr'",
    "ValueError: Unknown layer: 'AttentionLayer'. Please ensure you are using a `keras.utils.custom_object_scope` and "
    "that this object is included in the scope.": "Unknown layer: 'Scale'",
    "ValueError: File format not supported: filepath=model/. Keras 3 only supports V3 `.keras` files and legacy H5 "
    "format files (`.h5` extension).": "File format not supported",
    "ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}": (
        "Unrecognized keyword arguments passed to LSTM"
    ),
}
"""Messages as Keras 3 prints them, with names of somebody's own project, and an entry that is to be found."""


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_a_pasted_message_finds_its_entry(chromium: Any, tmp_path: Path) -> None:
    assert "extra_javascript: [assets/errors.js]" in CONFIG
    messages = [str(one["message"]) for one in errors_page.entries()]
    heads = "".join(f"<h3 id=e{n}><code>{html.escape(m)}</code></h3>" for n, m in enumerate(messages))
    script = (DOCS / "assets" / "errors.js").read_text(encoding="utf-8")
    page_file = tmp_path / "errors.html"
    page_file.write_text(f'<div id="paste-error"></div>{heads}<script>{script}</script>', encoding="utf-8")
    page = chromium.new_page()
    page.goto(page_file.as_uri())
    box = page.get_by_label("Paste an error message")
    for pasted, expected in PASTED.items():
        box.fill(pasted)
        assert expected in page.locator("[role=status] a").all_inner_texts(), pasted
    for message in messages:
        box.fill(f"ValueError: {message} and more of it")
        assert page.locator("[role=status] a").first.inner_text() == message
    page.locator("[role=status] a").first.click()
    assert page.url.endswith(f"#e{len(messages) - 1}")
    box.fill("IndexError: list index out of range")
    assert "No such message" in page.locator("[role=status]").inner_text()
    page.close()
