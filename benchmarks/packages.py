"""What the rewrite does to real packages: ``python benchmarks/packages.py FOLDER…`` prints a Markdown table.

Each folder is an unpacked source distribution that uses Keras 2. Nothing is written. The last column counts names and
arguments that Keras 3 does not have and that no finding speaks of, branches for other versions included; it must be 0.

With ``--live`` a second opinion, which shares nothing with the tool's own resolver and tables: the mentions of
``keras`` that a plain reading of each rewritten file's imports gives are asked of the installed Keras 3 itself.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

from codemods.analysis.analyse import analyse  # noqa: E402
from codemods.analysis.check import unknown  # noqa: E402
from codemods.edit.engine import rewrite  # noqa: E402
from codemods.files.discovery import Wanted, discover  # noqa: E402
from codemods.files.kinds import PYTHON  # noqa: E402
from codemods.files.source import Source, SourceError, concerns  # noqa: E402
from codemods.names.repository import Repository  # noqa: E402
from codemods.options import Options  # noqa: E402
from codemods.run.runner import process  # noqa: E402


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
        seen = analyse(Source(path, text), options, repository)
    except SourceError:
        return 0
    spoken = {(item.symbol, item.argument) for item in seen.found} | {
        (item.symbol, "") for item in seen.found
    }
    return sum((item.symbol, item.argument) not in spoken for item in unknown(seen.context))


def mentions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Dotted names of Keras in a file, by its imports alone, and the line of each."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if node.module.partition(".")[0] == "keras" and alias.name != "*":
                    yield f"{node.module}.{alias.name}", node.lineno
    inner = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        parts, current = list[str](), node
        while isinstance(current, ast.Attribute) and node not in inner:
            parts.append(current.attr)
            current = current.value
        if isinstance(current, ast.Name) and parts and current.id in aliases:
            path = ".".join([aliases[current.id], *reversed(parts)])
            if path.removeprefix("tensorflow.").partition(".")[0] == "keras":
                yield path, node.lineno


def there(path: str) -> bool:
    """Whether the installed packages have a name; what lies below a class or function is not asked for."""
    parts = path.split(".")
    found: object = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], 2):
        if isinstance(found, type) or (callable(found) and not isinstance(found, type(sys))):
            return True
        if not hasattr(found, part):
            try:
                importlib.import_module(".".join(parts[:number]))
            except ImportError:
                return False
        found = getattr(found, part)
    return True


def second_opinion(path: Path, options: Options, repository: Repository) -> tuple[int, list[str]]:
    """How many names of Keras a rewritten file mentions, and those that are missing without a finding."""
    try:
        source = Source.read(path)
        text = rewrite(source, options, repository).text
        seen = analyse(Source(path, text), options, repository)
        named = list(mentions(ast.parse(text)))
    except SourceError:
        return 0, []
    lines = {
        line
        for item in seen.found
        for line in range(getattr(item.node, "lineno", 0), getattr(item.node, "end_lineno", 0) + 1)
    }
    missing = [f"{path}:{line}: {name}" for name, line in named if line not in lines and not there(name)]
    return len(named), missing


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
    parser.add_argument("--live", action="store_true", help="ask the installed Keras 3 as well")
    arguments = parser.parse_args()
    options = Options(unsafe=arguments.unsafe)
    print(
        "| package | files | rewritten | findings applied | left, by rule | left alone | unknown, unspoken |"
    )
    print("|---|---:|---:|---:|---|---:|---:|")
    worst = named = 0
    missing: list[str] = []
    for folder in arguments.folders:
        tally = measure(folder, options)
        left = ", ".join(f"{code} {count}" for code, count in tally.left.most_common()) or "nothing"
        counts = f"{tally.files} | {tally.changed} | {tally.applied.total()}"
        print(f"| {folder.name} | {counts} | {left} | {len(tally.errors)} | {tally.unspoken} |", flush=True)
        for error in tally.errors:
            print(f"  {error}", file=sys.stderr)
        worst = max(worst, tally.unspoken)
        repository = Repository()
        for path in discover([folder], Wanted()) if arguments.live else ():
            if path.suffix in PYTHON and concerns(path.read_bytes()):
                count, unknown_names = second_opinion(path, options, repository)
                named += count
                missing += unknown_names
    if arguments.live:
        print(
            f"\n{named} mentions of names of Keras; missing in the installed one without a finding: {len(missing)}"
        )
        print("\n".join(missing))
    return 1 if worst or missing else 0


if __name__ == "__main__":
    sys.exit(main())
