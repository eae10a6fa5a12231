"""Fuzz every reader with mutated files: no crash of the parent, no hang, no unbounded memory, no strange exception.

    python scripts/fuzz.py [--inputs 100000] [--salt 1] [--keep FOLDER] [--engine atheris] [SEEDS...]

The engine ``own`` mutates blindly and needs nothing; ``atheris`` is guided by the coverage of our own code, in an
interpreter that has it (``--python``), and starts again after each input that ends its process.
Mutations are made and read in a locked-up worker, which notes each one before it reads it. One that ends the
worker (libhdf5 crashes on some, and runs in circles on others until it is cut) is therefore known, kept as a file,
and counted; it costs the run nothing else. Exit status 1 when an exception escaped a reader, when one outgrew its
memory, or when the worker was ended more often than `--deaths` allows.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from migrate.formats.guard import EXPENDABLE  # noqa: E402
from migrate.worlds.host.ends import WorkerDied, WorkerMemory, WorkerTimeout  # noqa: E402
from migrate.worlds.host.environment import Limits, World  # noqa: E402
from migrate.worlds.host.sandbox import policy  # noqa: E402
from migrate.worlds.host.worker import Worker  # noqa: E402

GROUP = 32
HANG_SECONDS = 4.0
"""A group takes a third of a second; libhdf5 runs in circles on some damaged heaps and has to be cut."""
MAX_SEED = 200_000
TOLD_EVERY = 60.0


def default_seeds() -> list[Path]:
    """Small authentic files of every format and era."""
    found = sorted(
        path
        for pattern in ("model.h5", "model.keras", "*.weights.h5", "*.json", "*.yaml", "*.pb", "*.index")
        for path in (ROOT / "legacy_models").rglob(pattern)
        if path.is_file() and path.name != "case.json" and 0 < path.stat().st_size < MAX_SEED
    )
    return found[:: max(1, len(found) // 120)]


def atheris(arguments: argparse.Namespace) -> int:
    """Run ``fuzz_atheris.py`` until its inputs or seconds are used up; exceptions that escape a reader fail."""
    scratch = Path(tempfile.mkdtemp(prefix="keras-migrate-fuzz-"))
    corpus, found, seeds = (scratch / name for name in ("corpus", "found", "seeds"))
    for folder in (corpus, found, seeds):
        folder.mkdir()
    for number, path in enumerate(arguments.seeds or default_seeds()):
        shutil.copy(path, seeds / f"{number:04}{path.suffix}")
    ends: Counter[str] = Counter()
    strange: list[str] = []
    done, began = 0, time.monotonic()
    environment = os.environ | {EXPENDABLE: "reader", "TMPDIR": str(scratch)}
    while done < arguments.inputs and (left := arguments.seconds - (time.monotonic() - began)) > 0:
        command = [arguments.python, str(Path(__file__).with_name("fuzz_atheris.py")), corpus, seeds]
        bounds = [f"-runs={arguments.inputs - done}", f"-timeout={arguments.hang:.0f}", "-rss_limit_mb=2048"]
        bounds += [f"-max_total_time={int(min(left, 86_400))}", f"-artifact_prefix={found}/"]
        run = subprocess.run(
            [*command, *bounds, "-print_final_stats=1", "-max_len=200000"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False,
        )  # fmt: skip
        told = run.stdout.decode(errors="replace")  # tracebacks of atheris are on standard output
        executed = re.search(r"number_of_executed_units:\s*(\d+)", told)
        done += int(executed[1]) if executed else 0
        if run.returncode == 0:
            break
        how = re.search(r"SUMMARY: libFuzzer: (.+)", told)
        kind = how[1] if how else f"exit {run.returncode}"
        ends[kind] += 1
        if "Uncaught Python exception" in told or not (executed or how):
            strange.append(told[-2000:])
            if not executed:
                break  # it cannot even start
    if arguments.keep:
        shutil.copytree(found, arguments.keep, dirs_exist_ok=True)
    report = {
        "engine": "atheris",
        "inputs": done,
        "seconds": round(time.monotonic() - began, 1),
        "new_paths": len(list(corpus.iterdir())),
        "ends": dict(ends),
        "strange": strange[:20],
    }
    shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps(report, indent=2))
    return int(bool(strange))


def main() -> int:
    """Run, print one JSON value, say whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="*", type=Path)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--hang", type=float, default=HANG_SECONDS, help="seconds until a reader is cut")
    parser.add_argument("--salt", default="1")
    parser.add_argument("--keep", type=Path)
    parser.add_argument(
        "--deaths", type=int, default=1_000_000, help="worker deaths (by libhdf5) that are accepted"
    )
    parser.add_argument("--engine", choices=["own", "atheris"], default="own")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has atheris")
    arguments = parser.parse_args()
    if arguments.engine == "atheris":
        return atheris(arguments)
    seeds = [str(path.resolve()) for path in arguments.seeds or default_seeds()]
    totals: Counter[str] = Counter()
    strange: list[dict[str, Any]] = []
    deaths: Counter[str] = Counter()
    bad: list[int] = []
    slowest = (0.0, -1)
    began = time.monotonic()
    scratch = Path(tempfile.mkdtemp(prefix="keras-migrate-fuzz-"))
    limits = Limits(memory_bytes=2 << 30, call_seconds=arguments.hang, cpu_seconds=10**6, recycle_calls=10**9)
    handlers = Path(__file__).with_name("fuzz_handlers.py")
    rules = policy(scratch, limits, [handlers, *(Path(seed) for seed in seeds)])
    with Worker(World.READER, scratch, limits, handlers=handlers, policy=rules) as worker:
        base = {"seeds": seeds, "salt": arguments.salt}
        todo = [(start, min(GROUP, arguments.inputs - start)) for start in range(0, arguments.inputs, GROUP)][
            ::-1
        ]
        done, told = 0, began
        while todo and time.monotonic() - began < arguments.seconds:
            start, count = todo.pop()
            try:
                reply = worker.call("run", {**base, "start": start, "count": count})
            except (WorkerDied, WorkerTimeout, WorkerMemory) as error:
                # written before each input; empty when the worker was ended while it wrote
                number = int((scratch / "current").read_text() or start)
                cause = error.signal if isinstance(error, WorkerDied) else type(error).__name__
                deaths[cause] += 1
                print(
                    number, cause, str(error)[:100], seeds[number % len(seeds)], file=sys.stderr, flush=True
                )
                bad.append(number)
                done += number + 1 - start
                if number + 1 < start + count:
                    todo.append((number + 1, start + count - number - 1))
                continue
            done += count
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                print(
                    f"{done} inputs, {sum(deaths.values())} deaths, {len(strange)} strange",
                    file=sys.stderr,
                    flush=True,
                )
            totals.update(reply["outcomes"])
            strange += reply["strange"]
            slowest = max(slowest, (reply["slowest"], reply["slowest_number"]))
        peak = worker.peak_bytes
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            for number in {*bad, *(one["number"] for one in strange)}:
                kept = Path(worker.call("keep", {**base, "number": number})["path"])
                shutil.copy(kept, arguments.keep / f"{arguments.salt}-{number}{kept.suffix}")
    shutil.rmtree(scratch, ignore_errors=True)
    seconds = time.monotonic() - began
    report = {
        "inputs": done,
        "seeds": len(seeds),
        "seconds": round(seconds, 1),
        "per_second": round(done / seconds),
        "worker_deaths": dict(deaths),
        "fatal_numbers": bad[:50],
        "strange": strange[:50],
        "strange_count": len(strange),
        "slowest_seconds": round(slowest[0], 3),
        "peak_mb": peak >> 20,
        "outcomes": dict(totals.most_common()),
    }
    print(json.dumps(report, indent=2))
    failed = bool(strange or deaths["WorkerMemory"] or sum(deaths.values()) > arguments.deaths)
    print(
        f"fuzz: {done} inputs in {seconds:.0f} s, {len(strange)} strange exceptions, "
        f"{sum(deaths.values())} worker deaths, {peak >> 20} MB at most: {'FAILED' if failed else 'passed'}",
        file=sys.stderr,
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
