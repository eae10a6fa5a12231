"""Draw the pictures of the report that the documentation shows: docs/images/report-*.png; needs Chromium.

python scripts/demo.py && python scripts/pictures.py      # from the report of the demonstration
python scripts/pictures.py OVERVIEW.html MODEL.html       # from other reports: first screen, page of a model
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


def draw(page: Page, name: str, reports: list[Path]) -> None:
    """One picture: a page of a model from the last of the reports, the rest from the first."""
    view, width, height, scheme = PICTURES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("about:blank")
    report = reports[-1] if view.startswith("#/models") else reports[0]
    page.goto(f"{report.as_uri()}{view}")
    page.wait_for_selector("html[data-ready]", state="attached")
    if view.startswith("#/models"):
        page.locator(".spacer .c-path a").first.click()
        page.wait_for_selector(".picture")
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Draw all."""
    reports = [Path(name).resolve() for name in sys.argv[1:]] or [REPORT]
    if missing := [path for path in reports if not path.is_file()]:
        sys.exit(f"{missing[0]} is not there; run python scripts/demo.py first")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name in PICTURES:
            draw(page, name, reports)
        browser.close()


if __name__ == "__main__":
    main()
