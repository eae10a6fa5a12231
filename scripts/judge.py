"""The tests of published packages are the judge: ``python scripts/judge.py --into FOLDER [PACKAGE…]``.

Each package of ``judge.tsv`` is downloaded as a source distribution, rewritten once with safe edits and once with
``--unsafe``, and its own tests are run: on tf-keras, on Keras 3 as it is, and on Keras 3 after each rewrite. What
counts is how many of the tests that pass on tf-keras pass afterwards. Nothing of a package becomes part of this
project; everything stays below FOLDER: ``sdists``, ``trees``, and ``results``, one file for each package and column,
from which ``--table`` prints the tables of ``docs/real-packages.md`` and ``--lost`` the tests that are lost, by cause.
What was run is not run again unless ``--again`` says so; columns may run beside each other (``--mode``).

The interpreter needs TensorFlow, tf-keras, Keras 3, JAX, pytest and what the packages import (``--python``). Packages
that rest on each other are judged together: each is told that the others are written for Keras 3 (``ported``).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.files.discovery import Wanted, discover  # noqa: E402
from codemods.options import Options  # noqa: E402
from codemods.run.runner import run  # noqa: E402

MODES = {"tf-keras": ("legacy", "original"), "Keras 3": ("modern", "original")}
MODES |= {"safe": ("modern", "safe"), "unsafe": ("modern", "unsafe"), "JAX": ("jax", "unsafe")}
"""By column of the table: the world, and the tree that runs there."""
SECONDS = 900
"""Processor time that the tests of a package may take."""
_TENSORFLOW = re.compile(rb"^\s*(?:import|from)\s+tensorflow\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """One line of ``judge.tsv``."""

    name: str
    version: str
    tests: tuple[str, ...]


def packages(wanted: Sequence[str]) -> Iterator[Package]:
    """The packages to judge, all of them when none is named."""
    with Path(__file__).with_name("judge.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if not wanted or row["package"] in wanted:
                yield Package(row["package"], row["version"], tuple(row["tests"].split()))


def fetch(package: Package, into: Path) -> Path | None:
    """The unpacked source distribution of a package; None when it cannot be had."""
    tree = into / "trees" / "original" / package.name
    if tree.is_dir():
        return tree
    box = into / "sdists" / package.name
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-binary",
        ":all:",
    ]
    subprocess.run(
        [*command, "-d", str(box), f"{package.name}=={package.version}"], check=False, capture_output=True
    )
    archive = next((path for path in sorted(box.glob("*")) if path.is_file()), None)
    if archive is None:
        return None
    opened = box / "opened"
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(opened)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(opened, filter="data")
    tree.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(str(next(path for path in opened.iterdir() if path.is_dir())), tree)
    return tree


def rewrite(original: Path, into: Path, *, unsafe: bool, ported: tuple[str, ...] = ()) -> dict[str, int]:
    """Write the rewritten tree of a package; what was applied and what is left."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(original, into)
    options = Options(unsafe=unsafe, ported=ported)
    files = discover([into], Wanted())
    counts: Counter[str] = Counter()
    for result in run(files, options):
        if result.new is not None:
            result.path.write_bytes(result.new)
        counts["errors"] += result.error is not None
        counts["applied"] += sum(finding.applied for finding in result.findings)
        counts["left"] += sum(not finding.applied for finding in result.findings)
    return dict(counts)


class World:
    """A process that runs the tests of packages with one framework."""

    def __init__(self, python: str, world: str) -> None:
        script = str(Path(__file__).with_name("judge_world.py"))
        self._process = subprocess.Popen(
            [python, script, world],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, trees: Path, package: Package) -> dict[str, str]:
        """By test: ``passed``, ``skipped``, or what was raised; packages beside this one can be imported."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        folder = trees.resolve() / package.name
        beside = [str(path) for path in sorted(folder.parent.iterdir()) if path != folder]
        job = {"folder": str(folder), "tests": package.tests, "beside": beside, "seconds": SECONDS}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        return answer


def judge(wanted: Sequence[str], into: Path, python: str, modes: Sequence[str], again: bool) -> None:
    """Run what is asked for and was not run before, and note it after each package."""
    worlds: dict[str, World] = {}
    for mode in modes:
        world, tree = MODES[mode]
        for package in packages(wanted):
            note = into / "results" / mode / f"{package.name}.json"
            if (
                not package.tests
                or (note.is_file() and not again)
                or not (into / "trees" / tree / package.name).is_dir()
            ):
                continue
            if world == "jax" and uses_tensorflow(into / "trees" / tree / package.name):
                continue
            if world not in worlds:
                worlds[world] = World(python, world)
            found = worlds[world].run(into / "trees" / tree, package)
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(json.dumps(found, indent=1))
            print(f"{package.name} {mode}: {_count(found)}", file=sys.stderr, flush=True)


def prepare(into: Path, trees: Iterable[str]) -> None:
    """Fetch every package and write its rewritten trees: all of them, for they import each other."""
    found = [(package, tree) for package in packages(()) if (tree := fetch(package, into)) is not None]
    ported = tuple(sorted({name for _, tree in found for name in _top_level(tree)}))
    for tree in trees:
        edits = {
            package.name: rewrite(
                original, into / "trees" / tree / package.name, unsafe=tree == "unsafe", ported=ported
            )
            for package, original in found
        }
        (into / f"edits-{tree}.json").write_text(json.dumps(edits, indent=1))


def _top_level(tree: Path) -> Iterator[str]:
    """The import names of a source distribution."""
    for folder in (tree, tree / "src"):
        yield from (file.parent.name for file in folder.glob("*/__init__.py"))


def uses_tensorflow(tree: Path) -> bool:
    """Whether any file of a package imports TensorFlow: such a package has one backend."""
    return any(_TENSORFLOW.search(file.read_bytes()) for file in tree.rglob("*.py"))


def read(into: Path) -> dict[str, Any]:
    """What was run so far: by package its version, tests by column, and edits by tree."""
    edits = {
        file.stem.removeprefix("edits-"): json.loads(file.read_text()) for file in into.glob("edits-*.json")
    }
    results: dict[str, Any] = {}
    for package in packages(()):
        notes = {mode: into / "results" / mode / f"{package.name}.json" for mode in MODES}
        results[package.name] = {
            "version": package.version,
            "tests": {mode: json.loads(note.read_text()) for mode, note in notes.items() if note.is_file()},
            "edits": {tree: counts.get(package.name, {}) for tree, counts in edits.items()},
        }
    return results


def _count(tests: dict[str, str]) -> int:
    return sum(outcome == "passed" for outcome in tests.values())


def _passed(entry: dict[str, Any], mode: str) -> int:
    return _count(entry["tests"].get(mode, {}))


def _kept(entry: dict[str, Any], mode: str) -> int:
    """How many of the tests that pass on tf-keras pass in a mode."""
    before, after = entry["tests"].get("tf-keras", {}), entry["tests"].get(mode, {})
    return sum(outcome == "passed" and after.get(test) == "passed" for test, outcome in before.items())


def table(results: dict[str, Any]) -> Iterator[str]:
    """The lines of the table of the docs; a dash stands for what was not run."""
    modes = [mode for mode in MODES if mode != "tf-keras"]
    yield f"| package | pass on tf-keras | {' | '.join(modes)} | left |"
    yield f"|---|---:|{'---:|' * len(modes)}---:|"
    sums: dict[str, list[int]] = {mode: [0, 0] for mode in modes}
    for name, entry in sorted(results.items()):
        before = _passed(entry, "tf-keras")
        if not before:
            continue
        cells = []
        for mode in modes:
            run_there = mode in entry["tests"]
            kept = _kept(entry, mode)
            cells.append(str(kept) if run_there else "–")
            sums[mode] = [sums[mode][0] + kept, sums[mode][1] + before * run_there]
        left = entry["edits"].get("unsafe", {}).get("left", "")
        yield f"| {name} {entry['version']} | {before} | {' | '.join(cells)} | {left} |"
    shares = [f"**{kept} of {before}**" if before else "–" for kept, before in sums.values()]
    total = sum(_passed(entry, "tf-keras") for entry in results.values())
    yield f"| **all that were run** | **{total}** | {' | '.join(shares)} | |"


def lost(results: dict[str, Any]) -> Iterator[str]:
    """The tests that pass on tf-keras and fail after the rewrite, by what is raised, the most frequent first."""
    causes: dict[str, list[str]] = {}
    for name, entry in results.items():
        if "unsafe" not in entry["tests"]:
            continue
        after = entry["tests"]["unsafe"]
        broken = next(
            (why for test, why in after.items() if test.endswith("::import") or not test), "not run"
        )
        for test, outcome in entry["tests"].get("tf-keras", {}).items():
            if outcome == "passed" and after.get(test) != "passed":
                causes.setdefault(after.get(test, broken), []).append(f"{name}: {test}")
    for cause, tests in sorted(causes.items(), key=lambda item: -len(item[1])):
        yield f"{len(tests):4}  {cause}"
        yield from (f"        {test}" for test in tests[:3])


def main() -> None:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--mode", action="append", choices=tuple(MODES))
    parser.add_argument(
        "--rewrite", action="store_true", help="write the rewritten trees of the columns anew"
    )
    parser.add_argument("--again", action="store_true", help="run what was run before, too")
    parser.add_argument("--table", action="store_true", help="print the table of what was run before")
    parser.add_argument("--lost", action="store_true", help="print the tests that are lost, by cause")
    args = parser.parse_args()
    modes = args.mode or tuple(MODES)
    if not args.table and not args.lost:
        if args.rewrite or not (args.into / "trees").is_dir():
            prepare(args.into, sorted({MODES[mode][1] for mode in modes} - {"original"}))
        judge(args.packages, args.into, args.python, modes, args.again)
    results = read(args.into)
    for line in lost(results) if args.lost else table(results):
        print(line)


if __name__ == "__main__":
    main()
