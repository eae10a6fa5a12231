"""Fixtures that many tests share: folders of authentic material, one warm pool and one browser per test process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.worlds.host.pool import Pool, Slot

ROOT = Path(__file__).resolve().parent.parent
LEGACY_MODELS = ROOT / "legacy_models"
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--full`` runs what the gate leaves out for its time."""
    parser.addoption("--full", action="store_true", help="also run tests marked full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of the full tier where it was not asked for."""
    if config.getoption("--full"):
        return
    left = [item for item in items if item.get_closest_marker("full") is not None]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item.get_closest_marker("full") is None]


@pytest.fixture(scope="session")
def legacy_models() -> Path:
    """The folder of models that the original frameworks wrote."""
    return LEGACY_MODELS


@pytest.fixture(scope="session")
def real_models() -> Path:
    """Models of public projects; only where they stand beside the checkout."""
    folder = SHARED / "real_models"
    if not folder.is_dir():
        pytest.skip("the folder of real models does not stand beside this checkout")
    return folder


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """One slot of warm, sandboxed workers for all tests of this process."""
    sources = [LEGACY_MODELS, SHARED, tmp_path_factory.getbasetemp()]
    with Pool(1, tmp_path_factory.mktemp("worlds"), sources=sources) as pool:
        yield pool


@pytest.fixture
def slot(pool: Pool) -> Iterator[Slot]:
    """The slot, tidied between tests; it gives no test workers that an author's code ran in."""
    with pool.slot() as slot:
        yield slot


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this system")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
