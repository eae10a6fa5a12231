"""Measure how much code a person reads for what each rule leaves, in real repositories, and write the table of hours.

    python scripts/hours.py FOLDER...     # folders of repositories, as they were written for Keras 1 and 2

Each is rewritten in memory. What is left is counted by rule, with the length of the class or function that it is in;
of code of a module itself the lines around the place count. ``docs/work-orders.md`` says how hours follow.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.repository.source import options_of, rewrite_tree  # noqa: E402
from migrate.workorders.collect import definitions  # noqa: E402
from migrate.workorders.effort import TABLE  # noqa: E402

AROUND = 20
"""Lines that are read of code of a module itself."""
LEAST = 5
"""Places that a rule needs for figures of its own."""


def lengths(root: Path) -> list[tuple[str, int]]:
    """Rule and number of lines to read, for each definition in which the rule left something."""
    seen: set[tuple[str, str, str]] = set()
    found: list[tuple[str, int]] = []
    for left in rewrite_tree(root, options_of(root, unsafe=True)).left:
        if not left.path.endswith(".py"):
            continue
        text = (root / left.path).read_text(encoding="utf-8", errors="replace")
        inside = next((d for d in definitions(text) if d.first <= left.line <= d.last), None)
        key = (left.code, left.path, inside.name if inside else str(left.line))
        if key not in seen:
            seen.add(key)
            found.append((left.code, inside.last - inside.first + 1 if inside else AROUND))
    return found


def main(folders: list[str]) -> None:
    """Write the table."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    repositories: defaultdict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for code, count in lengths(Path(folder)):
            lines[code].append(count)
            repositories[code].add(folder)
        sys.stderr.write(f"{folder}\n")
    rows = ["rule\tdefinitions\trepositories\tmedian_lines\tp90_lines"]
    for code, counts in sorted(lines.items()):
        if len(counts) >= LEAST:
            p90 = quantiles(counts, n=10)[-1]
            rows.append(f"{code}\t{len(counts)}\t{len(repositories[code])}\t{median(counts):g}\t{p90:.0f}")
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
