"""Peak memory of the whole process tree while one large model is migrated, against its weights.

The frameworks' own footprint is what the same command needs for a small model. What remains of the peak is set against
the bytes of the weights. Memory is the proportional set size, so that pages that processes share count once.

    python benchmarks/memory.py [--model FILE.h5] [--builder VGG19]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "legacy_models" / "keras-2.2.4" / "mlp" / "model.h5"
WRITE = "import sys, tf_keras; getattr(tf_keras.applications, sys.argv[1])(weights=None).save(sys.argv[2])"
PAUSE = 0.05


def family(root: int) -> list[int]:
    """The process and all that descend from it, also through a parent that has ended."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                )
            except OSError:
                continue
    found, pending = [], [root]
    while pending:
        current = pending.pop()
        found.append(current)
        pending += [pid for pid, parent in parents.items() if parent == current]
    return found


def proportional(pid: int) -> int:
    """Bytes of a process, shared pages divided among those that share them; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def peak_of(model: Path, out: Path) -> tuple[int, float, str]:
    """Peak bytes and seconds of one migration of one model, and the last line that it printed."""
    start, peak = time.perf_counter(), 0
    command = [sys.executable, "-m", "migrate", "models", str(model), "--out", str(out)]
    with subprocess.Popen(
        [*command, "--jobs", "1", "--progress", "none"], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(proportional(pid) for pid in family(process.pid)))
            time.sleep(PAUSE)
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
    return peak, time.perf_counter() - start, lines[-1] if lines else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a large model; one is written unless given")
    parser.add_argument("--builder", default="VGG19", help="of tf_keras.applications, when none is given")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = arguments.model
        if model is None:
            model = folder / f"{arguments.builder}.h5"
            subprocess.run([sys.executable, "-c", WRITE, arguments.builder, str(model)], check=True)
        own, own_seconds, _ = peak_of(SMALL, folder / "small")
        peak, seconds, said = peak_of(model, folder / "large")
        weights = model.stat().st_size
    print(said)
    print(f"weights: {weights / 1e6:.0f} MB; a small model: {own / 1e6:.0f} MB in {own_seconds:.1f} s")
    print(f"peak: {peak / 1e6:.0f} MB in {seconds:.1f} s")
    print(f"ratio: {(peak - own) / weights:.2f} times the weights beside the frameworks")


if __name__ == "__main__":
    main()
