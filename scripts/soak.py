"""A soak: many artifacts in one run, some damaged in known ways; statuses, throughput and memory over time.

    python scripts/soak.py [--artifacts 2000] [--damaged 0.05] [--jobs 2] [--report FILE]

Artifacts are copies of the authentic models with changed weights. What each original becomes is found in a first
run over the originals; a copy must become the same, and a damaged one what its damage says. Exit status 1 when a
status differs, or when memory grew by more than a quarter between the second and the last fifth of the run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

JUDGED_FROM = 100
"""Artifacts from which on a run is long enough for its memory to be judged."""
TOLD_EVERY = 60.0
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import h5py  # noqa: E402
import numpy as np  # noqa: E402

from migrate.batch.events import Event  # noqa: E402
from migrate.batch.run import BatchOptions, run_batch  # noqa: E402
from tests.scan import exploits  # noqa: E402

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n"
REFUSED = frozenset({"failed", "skipped", "blocked", "unsafe"})


def originals() -> list[Path]:
    """Authentic HDF5 models, small ones first."""
    found = sorted((ROOT / "legacy_models").glob("*/*/model.h5"), key=lambda path: path.stat().st_size)
    return [path for path in found if path.stat().st_size < 200_000 and "broken" not in path.parts]


def change_weights(source: Path, target: Path, rng: random.Random) -> None:
    """A copy whose first float weights are scaled by less than a thousandth."""
    shutil.copy(source, target)
    factor = 1 + rng.random() / 1000
    with h5py.File(target, "r+") as file:
        file.attrs["soak"] = rng.random()

        def visit(name: str, item: Any) -> bool | None:
            if isinstance(item, h5py.Dataset) and item.dtype == np.float32 and item.size:
                item[...] = item[...] * np.float32(factor)
                return True
            return None

        file.visititems(visit)


def cut(path: Path, rng: random.Random) -> frozenset[str]:
    """The end is missing."""
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(16, len(data) * 3 // 4)])
    return REFUSED


def pointer(path: Path, rng: random.Random) -> frozenset[str]:
    """A git-lfs pointer in place of the file."""
    path.write_bytes(POINTER + str(rng.random()).encode())
    return REFUSED


def garbage(path: Path, rng: random.Random) -> frozenset[str]:
    """The architecture is no JSON any more."""
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = "{" + str(rng.random())
    return REFUSED


def hostile(path: Path, rng: random.Random) -> frozenset[str]:
    """A Lambda with bytecode."""
    marker = path.parent / "marker-of-an-exploit"
    path.unlink()
    exploits.lambda_h5(path, marker)
    with h5py.File(path, "r+") as file:
        file.attrs["soak"] = rng.random()
    return frozenset({"unsafe"})


def outside(path: Path, rng: random.Random) -> frozenset[str]:
    """An external link beside the weights."""
    with h5py.File(path, "r+") as file:
        file[f"model_weights/extra{rng.randrange(10**9)}"] = h5py.ExternalLink("/etc/hostname", "/x")
    return frozenset({"unsafe"})


DAMAGES: tuple[Callable[[Path, random.Random], frozenset[str]], ...] = (
    cut,
    pointer,
    garbage,
    hostile,
    outside,
)


def tree_bytes(root: int) -> int:
    """Resident memory of a process and all below it."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            parent = int(Path(entry.path, "stat").read_text().rpartition(")")[2].split()[1])
            resident[int(entry.name)] = int(Path(entry.path, "statm").read_text().split()[1]) * 4096
        except (OSError, IndexError):
            continue  # it ended meanwhile
        children.setdefault(parent, []).append(int(entry.name))
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += resident.get(pid, 0)
        todo += children.get(pid, [])
    return total


class Memory(threading.Thread):
    """Samples the memory of this process and of all below it, each second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.samples: list[int] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Sample until stopped."""
        while not self._over.wait(1.0):
            self.samples.append(tree_bytes(os.getpid()))

    def stop(self) -> None:
        """No more samples."""
        self._over.set()
        self.join()

    def fifths(self) -> list[int]:
        """The largest sample of each fifth of the time, in MB."""
        size = max(1, len(self.samples) // 5)
        return [max(self.samples[i : i + size]) >> 20 for i in range(0, len(self.samples), size)][:5]


class Progress:
    """A line on standard error now and then, so that a long run can be watched."""

    def __init__(self, artifacts: int, memory: Memory) -> None:
        self._artifacts, self._memory = artifacts, memory
        self._done = 0
        self._began = self._told = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Take an event of the batch."""
        self._done += event.kind == "done"
        now = time.monotonic()
        if now - self._told > TOLD_EVERY:
            self._told = now
            used = self._memory.samples[-1] >> 20 if self._memory.samples else 0
            print(
                f"{self._done}/{self._artifacts} after {now - self._began:.0f} s, {used} MB",
                file=sys.stderr,
                flush=True,
            )


def main() -> int:
    """Run, print one JSON value, say whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=int, default=2000)
    parser.add_argument("--originals", type=int, default=0, help="how many different models; 0 for all")
    parser.add_argument("--damaged", type=float, default=0.05)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, help="where the JSON value is written, too")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    chosen = originals()
    if arguments.originals:
        chosen = chosen[:: max(1, len(chosen) // arguments.originals)][: arguments.originals]
    batch = BatchOptions(jobs=arguments.jobs, timeout=300)
    with tempfile.TemporaryDirectory(prefix="keras-migrate-soak-") as scratch:
        folder = Path(scratch)
        for index, path in enumerate(chosen):
            (folder / "originals" / f"o{index}").mkdir(parents=True)
            shutil.copy(path, folder / "originals" / f"o{index}" / "model.h5")
        first = run_batch([str(folder / "originals")], folder / "first", batch)
        known = {row.source: row.status.value for row in first.artifacts}
        expected: dict[str, frozenset[str]] = {}
        for index in range(arguments.artifacts):
            which = index % len(chosen)
            name = f"batch{index // 100:03}/m{index:05}.h5"
            target = folder / "in" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            change_weights(chosen[which], target, rng)
            expected[name] = frozenset({known[f"o{which}/model.h5"]})
            if rng.random() < arguments.damaged:
                expected[name] = DAMAGES[index % len(DAMAGES)](target, rng)
        memory = Memory()
        memory.start()
        tell = Progress(arguments.artifacts, memory)
        began = time.monotonic()
        report = run_batch([str(folder / "in")], folder / "out", batch, tell)
        seconds = time.monotonic() - began
        memory.stop()
        began = time.monotonic()
        run_batch([str(folder / "in")], folder / "out", batch)
        again = time.monotonic() - began
        fired = list((folder / "in").rglob("marker-of-an-exploit"))
    found = {row.source: row for row in report.artifacts}
    wrong = {
        name: f"{found[name].status.value if name in found else 'missing'}, not {'/'.join(sorted(wanted))}"
        for name, wanted in expected.items()
        if name not in found or found[name].status.value not in wanted
    }
    fifths = memory.fifths()
    # A short run is all warm-up: the frameworks are still being imported in its second fifth.
    judged = arguments.artifacts >= JUDGED_FROM and len(fifths) == 5
    grew = judged and fifths[4] > fifths[1] * 1.25
    result = {
        "artifacts": arguments.artifacts,
        "different_models": len(chosen),
        "jobs": arguments.jobs,
        "seconds": round(seconds, 1),
        "per_second": round(arguments.artifacts / seconds, 2),
        "repeated_seconds": round(again, 2),
        "repeated_share": round(again / seconds, 4),
        "statuses": dict(Counter(row.status.value for row in report.artifacts)),
        "wrong": wrong,
        "peak_mb_by_fifth": fifths,
        "exploits_fired": len(fired),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.report:
        arguments.report.write_text(text + "\n")
    failed = bool(wrong or grew or fired)
    print(
        f"soak: {arguments.artifacts} artifacts in {seconds:.0f} s ({result['per_second']}/s), {len(wrong)} with "
        f"another status, memory by fifth {fifths} MB, again in {again:.1f} s: {'FAILED' if failed else 'passed'}",
        file=sys.stderr,
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
