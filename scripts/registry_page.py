"""Give the distribution the addresses of where it is published: links of its page on a registry, and its project URLs.

    python scripts/registry_page.py https://HOST/OWNER/NAME v0.1.0

The tree names no host, so links of README.md lead to files beside it, which a registry does not have. The release
workflow, which knows its own address, runs this before it builds.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def absolute(readme: str, address: str, revision: str) -> str:
    """The page with every link to a file of the repository as an address; what stands in blocks of code is kept."""

    def replace(link: re.Match[str]) -> str:
        target = link["target"]
        if "://" in target or target.startswith(("#", "mailto:")):
            return link[0]
        kind = "raw" if link["picture"] else "tree" if target.endswith("/") else "blob"
        return f"{link['picture']}[{link['text']}]({address}/{kind}/{revision}/{target})"

    parts = FENCE.split(readme)
    return "".join(part if FENCE.fullmatch(part) else LINK.sub(replace, part) for part in parts)


def with_urls(pyproject: str, address: str, revision: str) -> str:
    """The project's metadata with its URLs.

    Raises:
        ValueError: it has URLs already.
    """
    if "[project.urls]" in pyproject:
        raise ValueError("pyproject.toml has [project.urls] already")
    urls = {
        "Homepage": address,
        "Documentation": f"{address}/blob/{revision}/docs/index.md",
        "Issues": f"{address}/issues",
        "Changelog": f"{address}/blob/{revision}/CHANGELOG.md",
    }
    table = "\n".join(f'{name} = "{url}"' for name, url in urls.items())
    return pyproject.rstrip("\n") + f"\n\n[project.urls]\n{table}\n"


def main() -> None:
    """Rewrite README.md and pyproject.toml in place."""
    if len(sys.argv) != 3 or not sys.argv[1].startswith("https://"):
        sys.exit(__doc__)
    address, revision = sys.argv[1].rstrip("/"), sys.argv[2]
    for name, rewrite in (("README.md", absolute), ("pyproject.toml", with_urls)):
        path = ROOT / name
        path.write_text(rewrite(path.read_text(encoding="utf-8"), address, revision), encoding="utf-8")


if __name__ == "__main__":
    main()
