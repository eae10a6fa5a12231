"""Draw the pictures of the report that the documentation shows: docs/images/report-*.png; needs Chromium.

python scripts/demo.py && python scripts/pictures.py      # the project of the demonstration, before and after
python scripts/pictures.py BEFORE.html AFTER.html         # from other reports
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import keras_migrate  # noqa: E402
from migrate.report.writers import html  # noqa: E402

DEMO = ROOT / "out" / "demo"
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "report-overview": ("before", "#/", 1440, 1130, "light"),
    "report-overview-dark": ("before", "#/", 1440, 1130, "dark"),
    "report-overview-narrow": ("before", "#/", 390, 844, "light"),
    "report-after": ("after", "#/", 1440, 700, "light"),
    "report-model": ("after", "#/models?status=migrated", 1440, 1000, "light"),
}
"""Name to report, view, width, height and scheme; of a list of models its first page is drawn."""

_PAINTED = 500
"""Milliseconds."""


def draw(page: Page, name: str, reports: dict[str, Path]) -> None:
    """One picture."""
    which, view, width, height, scheme = PICTURES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("about:blank")
    page.goto(f"{reports[which].as_uri()}{view}")
    page.wait_for_selector("html[data-ready]", state="attached")
    if view.startswith("#/models"):
        page.locator(".spacer .c-path a").first.click()
        page.wait_for_selector(".picture")
        page.evaluate(
            "[...document.querySelectorAll('h2')].find(h => h.textContent === 'Graph').scrollIntoView()"
        )
    page.wait_for_timeout(_PAINTED)  # rows of a graph are painted once they are in sight
    page.screenshot(path=IMAGES / f"{name}.png")


def given() -> dict[str, Path]:
    """The two reports that were named, or those of the demonstration; that of the old project is made here."""
    if sys.argv[1:]:
        before, after = (Path(name).resolve() for name in sys.argv[1:3])
        return {"before": before, "after": after}
    if not (DEMO / "moved" / "report.html").is_file():
        sys.exit(f"{DEMO / 'moved' / 'report.html'} is not there; run python scripts/demo.py first")
    (DEMO / "before.html").write_text(html.write(keras_migrate.report(DEMO / "project")), encoding="utf-8")
    return {"before": DEMO / "before.html", "after": DEMO / "moved" / "report.html"}


def main() -> None:
    """Draw all."""
    reports = given()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in PICTURES:
            draw(page, name, reports)
        browser.close()


if __name__ == "__main__":
    main()
