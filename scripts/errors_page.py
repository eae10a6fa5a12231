"""Write ``docs/errors.md``: messages of Keras 3 that people search for, their causes, and the command that helps.

python scripts/errors_page.py            # write
python scripts/errors_page.py --check    # exit status 1 if the page does not match docs/errors.toml
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.generated import write_or_check  # noqa: E402

DATA = ROOT / "docs" / "errors.toml"
PAGE = ROOT / "docs" / "errors.md"
HEAD = """# Error messages, and the command that helps

Generated from `docs/errors.toml` by `scripts/errors_page.py`. Keras 3 raises each message for the code, or for the file
in `legacy_models`, shown below it; a test triggers every one of them. `code` shows a diff and writes nothing without
`--write`.

<div id="paste-error"></div>
"""


def entries() -> list[dict[str, Any]]:
    """All messages: ``message``, ``python`` or ``load``, ``cause`` and ``command``."""
    found: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["error"]
    return found


def page() -> str:
    """The page as Markdown, messages of source first."""
    parts = [HEAD]
    for title, key in (("In source", "python"), ("While loading a file", "load")):
        parts.append(f"## {title}\n")
        for one in (one for one in entries() if key in one):
            shown = (
                f"```python\n{one['python']}\n```" if key == "python" else f"Triggered by `{one['load']}`."
            )
            parts.append(
                f"### {_code(one['message'])}\n\n{one['cause']}\n\n```bash\n{one['command']}\n```\n\n"
                f'??? note "What triggers it"\n{_indented(shown)}\n'
            )
    return "\n".join(parts)


def _code(text: str) -> str:
    """A message as inline code; backticks of its own need a longer fence."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


if __name__ == "__main__":
    write_or_check({PAGE: page()})
