"""Draw the pictures of the report that the documentation shows, from the report of the demonstration.

python scripts/demo.py && python scripts/pictures.py      # writes docs/images/report-*.png; needs Chromium
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "out" / "demo" / "moved" / "report.html"
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "report-overview": ("#/", 1440, 900, "light"),
    "report-overview-dark": ("#/", 1440, 900, "dark"),
    "report-overview-narrow": ("#/", 390, 844, "light"),
    "report-model": ("#/models?status=migrated", 1440, 1000, "light"),
}
"""Name to view, width, height and scheme; of a list of models its first page is drawn."""


def draw(page: Page, name: str) -> None:
    """One picture."""
    view, width, height, scheme = PICTURES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("about:blank")
    page.goto(f"{REPORT.as_uri()}{view}")
    page.wait_for_selector("html[data-ready]", state="attached")
    if view.startswith("#/models"):
        page.locator(".spacer .c-path a").first.click()
        page.wait_for_selector(".picture")
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Draw all."""
    if not REPORT.is_file():
        sys.exit("run python scripts/demo.py first")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in PICTURES:
            draw(page, name)
        browser.close()


if __name__ == "__main__":
    main()
