"""What a release is built from: a page whose links lead somewhere from a registry, and metadata with addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from scripts.registry_page import absolute, with_urls

ROOT = Path(__file__).parents[2]
ADDRESS = "https://code.example/owner/name"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_link_of_the_page_is_an_address_of_a_file_that_exists() -> None:
    page = absolute(README, ADDRESS, "v1")
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 20
    for link in links:
        kind, _, path = link.removeprefix(ADDRESS + "/").partition("/v1/")
        assert kind in ("raw", "blob", "tree"), link
        assert (ROOT / path.partition("#")[0]).exists(), link
        assert (kind == "raw") == path.endswith((".png", ".svg")), link


@pytest.mark.parametrize(
    "text",
    ["[a](https://x.example/y)", "[a](#here)", "```\n[a](b.md)\n```", "`x[0]`(y)"],
)
def test_what_is_no_link_to_a_file_is_kept(text: str) -> None:
    assert absolute(text, ADDRESS, "v1") == text


def test_metadata_gets_its_addresses_once() -> None:
    text = with_urls(PYPROJECT, ADDRESS, "v1")
    urls = tomllib.loads(text)["project"]["urls"]
    assert urls["Homepage"] == ADDRESS
    assert all(url.startswith(ADDRESS) for url in urls.values())
    with pytest.raises(ValueError, match="already"):
        with_urls(text, ADDRESS, "v1")


def test_the_release_builds_from_it() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert workflow.index("scripts/registry_page.py") < workflow.index("scripts/check_distribution.sh")
