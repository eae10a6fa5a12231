"""What the rewrite does to real packages: ``python benchmarks/packages.py FOLDER…`` prints a Markdown table.

Each folder is an unpacked source distribution that uses Keras 2. Nothing is written. The last column counts names and
arguments that Keras 3 does not have and that no finding speaks of; it must be 0.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

from codemods.check import unknown  # noqa: E402
from codemods.discovery import PYTHON, Wanted, discover  # noqa: E402
from codemods.engine import Options, look, rewrite  # noqa: E402
from codemods.repository import Repository  # noqa: E402
from codemods.runner import process  # noqa: E402
from codemods.source import Source, SourceError, concerns  # noqa: E402


@dataclass
class Tally:
    """Counts of one package."""

    files: int = 0
    changed: int = 0
    errors: list[str] = field(default_factory=list)
    applied: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    unspoken: int = 0


def unspoken(path: Path, options: Options, repository: Repository) -> int:
    """Unknown names and arguments in the rewritten text that no finding is about."""
    try:
        source = Source.read(path)
        if not concerns(source.text.encode(errors="replace")):
            return 0
        text = rewrite(source, options, repository).text
        seen = look(Source(path, text), options, repository)
    except SourceError:
        return 0
    spoken = {(item.symbol, item.argument) for item in seen.found} | {
        (item.symbol, "") for item in seen.found
    }
    return sum(
        (item.symbol, item.argument) not in spoken and not seen.context.guarded(item.node)
        for item in unknown(seen.context)
    )


def measure(folder: Path, options: Options) -> Tally:
    tally, repository = Tally(), Repository()
    for path in discover([folder], Wanted()):
        result = process(path, options, repository)
        tally.files += 1
        tally.changed += result.new is not None
        if result.error:
            tally.errors.append(f"{path.name}: {result.error}")
        for finding in result.findings:
            (tally.applied if finding.applied else tally.left)[finding.code] += 1
        if path.suffix in PYTHON:
            tally.unspoken += unspoken(path, options, repository)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--unsafe", action="store_true")
    arguments = parser.parse_args()
    options = Options(unsafe=arguments.unsafe)
    print(
        "| package | files | rewritten | findings applied | left, by rule | left alone | unknown, unspoken |"
    )
    print("|---|---:|---:|---:|---|---:|---:|")
    worst = 0
    for folder in arguments.folders:
        tally = measure(folder, options)
        left = ", ".join(f"{code} {count}" for code, count in tally.left.most_common()) or "nothing"
        counts = f"{tally.files} | {tally.changed} | {tally.applied.total()}"
        print(f"| {folder.name} | {counts} | {left} | {len(tally.errors)} | {tally.unspoken} |", flush=True)
        for error in tally.errors:
            print(f"  {error}", file=sys.stderr)
        worst = max(worst, tally.unspoken)
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
