"""A headless Chromium for the pages, and the reports of three sizes."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from migrate.report.compatibility.build import Inputs, build
from migrate.report.compatibility.compare import compare
from migrate.report.compatibility.contracts import CodeReport, ModelsReport
from migrate.report.compatibility.engines import looks
from migrate.report.compatibility.gather import gather
from migrate.report.compatibility.records import Report
from migrate.report.compatibility.rules import BY_CODE
from migrate.report.writers import html

from .factory import code_report, models_report

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "projects" / "service"
HOSTILE = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">'


def joined(code: dict[str, Any], models: dict[str, Any], details: dict[str, Any] | None = None) -> Report:
    """A report of two JSON inputs."""
    return build(
        Inputs(
            root="example",
            created="2024-05-01 12:00 UTC",
            tool={"keras-migrate": "0"},
            files=msgspec.convert(code, CodeReport).files,
            models=msgspec.convert(models, ModelsReport).artifacts,
            details=details or {},
            source=lambda path: "\n".join(f"line {n} of {path}" for n in range(1, 402)),
            rules=BY_CODE,
        )
    )


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Pages by name; ``legacy`` is ``legacy_models`` beside source, ``many`` 2,000 models and 5,000 findings."""
    folder = tmp_path_factory.mktemp("pages")

    def page(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(html.write(_report(name)), encoding="utf-8")
        return path

    return page


def authentic() -> Report:
    """The models of ``legacy_models`` beside a small legacy source tree, as ``keras-migrate report`` sees them."""
    models = ROOT / "legacy_models"
    if not models.is_dir():
        pytest.skip("legacy_models is not here")
    with TemporaryDirectory() as folder:
        root = Path(folder) / "service"
        shutil.copytree(
            models, root / "models", ignore=shutil.ignore_patterns("write", "*.py", "case.json", "*.npz")
        )
        shutil.copytree(SOURCE, root / "app")
        return build(gather(root, looks=looks()))


def compared() -> Report:
    """A report beside an earlier one: three findings are resolved, two are new."""
    old = code_report(60, 8)
    new = copy.deepcopy(old)
    for _ in range(3):
        next(file for file in new["files"] if file["findings"])["findings"].pop(0)
    template = next(file for file in old["files"] if file["findings"])["findings"][0]
    for line in (1, 2):
        new["files"][0]["findings"].append(
            template
            | {"code": "NEW001", "severity": "silent", "fix": "manual", "line": line, "message": "came since"}
        )
    models = {"schema": 1, "artifacts": []}
    now = joined(new, models)
    return msgspec.structs.replace(now, comparison=compare(joined(old, models), now))


def _report(name: str) -> Report:
    if name == "legacy":
        return authentic()
    if name == "deep":
        return joined({"schema": 1, "files": []}, *models_report(1, layers=1_000))
    if name == "one":
        return joined({"schema": 1, "files": []}, *models_report(1))
    if name == "some":
        return joined(code_report(120, 14), *models_report(20))
    if name == "compared":
        return compared()
    if name == "many":
        return joined(code_report(1_000, 300), *models_report(2_000))
    models, details = models_report(2)
    for artifact in models["artifacts"]:
        detail = details.pop(artifact["source"])
        artifact["source"] = f"{HOSTILE}/{artifact['source']}"
        for row in detail["layers"]:
            row["path"] = row["class_name"] = HOSTILE
        detail["rules"][0] |= {"place": HOSTILE, "before": HOSTILE, "after": HOSTILE}
        detail["layer_parity"][2]["layer"] = HOSTILE
        detail["signatures"]["old"] = {HOSTILE: HOSTILE}
        artifact["parity"]["first_divergent_layer"] = HOSTILE
        details[artifact["source"]] = detail
    code = code_report(6, 2)
    for file in code["files"]:
        file["path"] += HOSTILE
        file["error"] = HOSTILE
        for finding in file["findings"]:
            finding |= {"message": HOSTILE, "hint": HOSTILE, "symbol": HOSTILE, "argument": HOSTILE}
    return joined(code, models, details)


class Visit:
    """An opened page that remembers what it asked for and what it said."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.path = path
        self.requests: list[str] = []
        self.console: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))

    def open(self, view: str = "") -> Any:
        """Go to a view (``#/findings``) and wait until the page is there."""
        self.page.goto(self.path.as_uri() + view)
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page

    def check(self) -> None:
        """Nothing left the page, nothing was complained about, no hostile name was run."""
        assert {url.split("#")[0] for url in self.requests} == {self.path.as_uri()}
        assert self.console == []
        assert self.page.evaluate("window.pwned") is None


@pytest.fixture
def visit(
    chromium: Any, pages: Callable[[str], Path], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visit]]:
    """Open a page by name; each is checked at the end of the test."""
    visits: list[Visit] = []

    def make(name: str, width: int = 1280, scheme: str = "light") -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        visits.append(Visit(context.new_page(), pages(name)))
        return visits[-1]

    yield make
    for one in visits:
        one.check()
        one.page.context.close()
