"""What finding people's own code costs: an index of 1,000 real files, builders among them, and Lambdas.

    python benchmarks/own_code.py [--files 1000]

Prints one JSON value. The files are those of installed packages (TensorFlow first). An index is compared with parsing
the same files by ``ast`` (what it would cost to know all definitions by their syntax) and with an index of files whose
content is known. Of Lambdas, those of the tests are interpreted, as each Python compiled them.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from migrate.bytecode.errors import Refused  # noqa: E402
from migrate.own_code.builders import builders  # noqa: E402
from migrate.own_code.files import SourceIndex  # noqa: E402
from tests.bytecode.support import VERSIONS, compiled, recovered  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory(prefix="keras-migrate-bench-") as scratch:
        folder = Path(scratch)
        files = real_files(count)
        for number, file in enumerate(files):
            shutil.copyfile(file, folder / f"m{number:05}.py")
        first = seconds(lambda: SourceIndex([folder]).names)
        again = seconds(lambda: SourceIndex([folder]).names)
        parsed = seconds(lambda: [ast.parse(f.read_bytes()) for f in sorted(folder.iterdir())])
        found = seconds(lambda: builders(SourceIndex([folder]), folder / "weights.h5"))
    lambdas = [milliseconds(function) for version in VERSIONS for function in compiled(version).values()]
    result = {
        "files": len(files),
        "index": round(first, 3),
        "index_again": round(again, 3),
        "builders": round(found, 3),
        "index_against_ast": round(first / parsed, 3),
        "again_against_first": round(again / first, 3),
        "lambdas": len(lambdas),
        "lambda_ms_median": round(statistics.median(lambdas), 2),
        "lambda_ms_worst": round(max(lambdas), 2),
    }
    print(json.dumps(result, indent=2))


def real_files(count: int) -> list[Path]:
    """Python files of installed packages, sorted by name."""
    found: list[Path] = []
    for package in ("tensorflow", "keras", "tf_keras", "h5py"):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            found += sorted(Path(spec.submodule_search_locations[0]).rglob("*.py"))
    return found[:count]


def seconds(work: Callable[[], object]) -> float:
    """Processor time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def milliseconds(function: object) -> float:
    """Processor time of interpreting one function of a Lambda, refusals included."""
    start = time.process_time()
    with suppress(Refused):
        recovered(function)
    return 1000 * (time.process_time() - start)


if __name__ == "__main__":
    main()
