"""Two jobs against one on small models, a repeated run against the first, and a plan for many; from one call.

    python benchmarks/batch.py [--models 200] [--planned 10000]

Wants a machine with two free cores: what else runs on it takes from the second job first.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from soak import change_weights, originals  # noqa: E402

from migrate.batch.run import BatchOptions, plan_batch, run_batch  # noqa: E402


def main() -> None:
    """Measure and print one JSON value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument(
        "--planned", type=int, default=10_000, help="files to plan for, without migrating them"
    )
    arguments = parser.parse_args()
    rng = random.Random(1)
    chosen = [path for path in originals() if "mlp" in path.parent.name][:5]
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="keras-migrate-bench-") as scratch:
        folder = Path(scratch)
        (folder / "in").mkdir()
        for index in range(arguments.models):
            change_weights(chosen[index % len(chosen)], folder / "in" / f"m{index:05}.h5", rng)
        sources = [str(folder / "in")]
        for index in range(arguments.planned):
            target = folder / "many" / f"team{index % 50}" / f"m{index:05}.h5"
            target.parent.mkdir(parents=True, exist_ok=True)
            change_weights(chosen[index % len(chosen)], target, rng)
        began = time.perf_counter()
        if arguments.planned:
            plan_batch([str(folder / "many")], folder / "none", BatchOptions())
            shutil.rmtree(folder / "many")
        seconds["plan"] = time.perf_counter() - began
        for name, jobs in (("one", 1), ("two", 2), ("repeated", 2)):
            out = folder / ("two" if name == "repeated" else name)
            began = time.perf_counter()
            report = run_batch(sources, out, BatchOptions(jobs=jobs))
            seconds[name] = time.perf_counter() - began
    result = {
        "models": arguments.models,
        "statuses": report.summary,
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "two_jobs_against_one": round(seconds["one"] / seconds["two"], 2),
        "repeated_share": round(seconds["repeated"] / seconds["two"], 4),
        "planned": arguments.planned,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
