"""Write ``docs/every-call.md`` from the tables of ``scripts/every_call.py --table``.

    python scripts/every_call_page.py TABLE...

One table for each era, in the order of the columns.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "every-call.md"
_FUNCTION = re.compile(r"K\.(\w+)\(")
_HEAD = """# Every layer and every function, called

`legacy_models/write/every_call.py` builds, with the original stand-alone Keras, one model for each layer with each
value of each argument, with several arguments together, over masks of every pattern and in wrappers, and one `Lambda`
for each expression of the backend. `scripts/every_call.py FOLDER` rewrites each file as a migration does, builds it
with Keras 3 and compares it with the framework's own outputs. A cell shows how many files were equal, of how many, then
the codes that refused the others. `at NaN` counts files that are equal on finite numbers but not where a row holds
NaN, infinity or 1e30. Layers and functions that an era does not have are empty.

`differs` has two causes. Keras 1.2.2 does not store the order of dimensions of padding, cropping and upsampling layers,
so that no reader can know it; the command calls these models `unverified` (PAR020). Two LSTMs of Keras 2.3.1 with
linear gates grow beyond 1e2 and are 6e-5 apart; in float64 they agree.

"""


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Subject and outcome of every file of a table."""
    for line in path.read_text(encoding="utf-8").splitlines():
        _, subject, said, outcome, _ = line.split("\t")
        if "loss" in said or "optimizer" in said:
            continue  # training: docs/semantics.md
        yield subject, outcome


def subject_of(text: str) -> str:
    """The layer, or the first function of the backend that an expression calls."""
    found = _FUNCTION.search(text)
    return f"K.{found[1]}" if found else ("indexing" if text.startswith("x[") else text)


def cell(counts: Counter[str]) -> str:
    """``12 of 14, 1 at NaN, CFG017``."""
    if not counts:
        return ""
    near = counts["differs at edges"]
    parts = [f"{counts['equal'] + near} of {counts.total()}"]
    parts += [f"{near} at NaN"] if near else []
    parts += sorted(code for code in counts if code not in ("equal", "differs at edges"))
    return ", ".join(parts)


def page(tables: list[Path]) -> str:
    """The page of these tables."""
    eras = [f"Keras {path.stem.removeprefix('table-')}" for path in tables]
    found: dict[str, list[Counter[str]]] = defaultdict(lambda: [Counter() for _ in tables])
    for position, path in enumerate(tables):
        for subject, outcome in rows(path):
            found[subject_of(subject)][position][outcome] += 1
    text = _HEAD
    for title, functions in (("Layers", False), ("Functions of the backend, inside a Lambda", True)):
        names = sorted(name for name in found if (name.startswith("K.") or name == "indexing") is functions)
        text += f"## {title}\n\n| | {' | '.join(eras)} |\n|---|{'---|' * len(eras)}\n"
        text += "".join(f"| `{name}` | {' | '.join(map(cell, found[name]))} |\n" for name in names) + "\n"
    return text.rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page([Path(argument) for argument in sys.argv[1:]]), encoding="utf-8")
